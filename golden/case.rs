//! What a fixture makes: its tree, its diagnostics, its diff against what is committed, or the objects it stands for.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use bayplan::compile::{self, Compiled, Options};
use bayplan::diagnostic::{Diagnostic, Diagnostics};
use bayplan::report::{self, Look};
use bayplan::seal::{self, Identities, Shell, Time};
use bayplan::source::{Source, Sources};
use bayplan::{disk, yaml};

use crate::files::{self, Files};

/// Inputs of `expand`, which needs no project.
pub(crate) const EXPAND: &str = "expand";
/// The input when the tree was built.
const BEFORE: &str = "before";
/// What somebody did to the tree since.
const COMMITTED: &str = "committed";
/// The folder of the output.
const OUTPUT: &str = "kubernetes/";

/// Returns everything that the case in `fixture` makes.
pub(crate) fn made(fixture: &Path) -> Result<Files, String> {
    if fixture.join(EXPAND).is_dir() {
        return Ok(expanded(fixture));
    }
    if [BEFORE, COMMITTED].iter().any(|folder| fixture.join(folder).is_dir()) {
        return drifted(fixture);
    }
    Ok(built(fixture))
}

/// The files that `build` writes into an empty folder, unless there are errors.
fn built(fixture: &Path) -> Files {
    let mut made = Files::new();
    let sources = match disk::load(fixture) {
        Ok(sources) => sources,
        Err(error) => {
            let found = Diagnostics::new(vec![error.diagnostic()]);
            let told = report::diagnostics::render(&found, &Sources::default(), &[], Look::default());
            made.insert("diagnostics.txt".to_owned(), told.into_bytes());
            return made;
        }
    };
    let mut compiled = compile::compile(&sources, &Options::default());
    let hindered = hindered(&compiled, &sources);
    let found = std::mem::take(&mut compiled.diagnostics).into_vec();
    compiled.diagnostics = Diagnostics::new(found.into_iter().chain(hindered).collect());
    let told = report::diagnostics::render(&compiled.diagnostics, &sources, &compiled.secrets, Look::default());
    // A case that makes nothing at all says so.
    let silent = compiled.clusters.iter().all(|cluster| cluster.tree.is_empty());
    if silent || !told.is_empty() {
        made.insert("diagnostics.txt".to_owned(), told.into_bytes());
    }
    if compiled.diagnostics.has_errors() {
        return made;
    }
    for mut cluster in compiled.clusters {
        cluster.tree.insert_sums(&cluster.root);
        made.extend(cluster.tree.iter().map(|(path, file)| (format!("tree/{path}"), file.text.as_bytes().to_vec())));
    }
    made
}

/// Returns what hinders the encryption of secrets where nothing is committed and no key is at hand. What is encrypted has
/// words in the tree of the case, since its bytes are never the same.
fn hindered(compiled: &Compiled, sources: &Sources) -> Vec<Diagnostic> {
    let config = sources.iter().find(|(_, source)| source.name() == seal::CONFIG);
    let config = config.and_then(|(file, source)| yaml::parse(file, source).documents.into_iter().next());
    let mut shell = Shell {
        config: config.as_ref(),
        identities: &Identities::default(),
        now: Time::after_1970(Duration::from_secs(1_709_210_096)).expect("the calendar has it"),
        random: &mut rsa::rand_core::UnwrapErr(getrandom::SysRng),
    };
    let trees = compiled.clusters.iter().map(|cluster| cluster.tree.clone());
    trees.flat_map(|mut tree| seal::fill(&mut tree, &BTreeMap::new(), &mut shell).problems).collect()
}

/// The objects that the declarations in `expand/` stand for.
fn expanded(fixture: &Path) -> Files {
    let sources = expand_inputs(fixture);
    let expanded = compile::expand(&sources);
    let told = report::diagnostics::render(&expanded.diagnostics, &sources, &expanded.secrets, Look::default());
    let mut made = Files::new();
    if !told.is_empty() {
        made.insert("diagnostics.txt".to_owned(), told.into_bytes());
    }
    if !expanded.diagnostics.has_errors() {
        let text: String = expanded.objects.iter().map(yaml::emit).collect();
        made.insert("expand.yaml".to_owned(), text.into_bytes());
    }
    made
}

/// Returns the inputs of an expand case.
pub(crate) fn expand_inputs(fixture: &Path) -> Sources {
    let inputs = files::read(&fixture.join(EXPAND)).into_iter();
    Sources::new(inputs.map(|(name, bytes)| Source::new(format!("{EXPAND}/{name}"), bytes)).collect())
}

/// What `check` and `diff` say of a tree that was built from `before/`, else from the same input, and that somebody
/// changed since: files in `committed/` stand in place of those that were built, an empty one where a file was deleted.
fn drifted(fixture: &Path) -> Result<Files, String> {
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    let project = project.path();
    let input = |name: &str| !name.starts_with(BEFORE) && !name.starts_with(COMMITTED);
    let inputs: Files = files::read(fixture).into_iter().filter(|(name, _)| input(name)).collect();
    let before = if fixture.join(BEFORE).is_dir() { files::read(&fixture.join(BEFORE)) } else { inputs.clone() };
    files::write(project, &before).map_err(|error| error.to_string())?;
    if !bayplan(project, "build")?.status.success() {
        return Err("what was before does not build".to_owned());
    }
    let mut after = files::read(project);
    after.retain(|name, _| name.starts_with(OUTPUT));
    for (name, bytes) in files::read(&fixture.join(COMMITTED)) {
        let name = format!("{OUTPUT}{name}");
        if bytes.is_empty() {
            after.remove(&name)
        } else {
            after.insert(name, bytes)
        };
    }
    after.extend(inputs);
    files::write(project, &after).map_err(|error| error.to_string())?;

    let (check, diff) = (bayplan(project, "check")?, bayplan(project, "diff")?);
    if files::read(project) != after {
        return Err("`check` or `diff` changed a file".to_owned());
    }
    let codes = (check.status.code(), diff.status.code());
    if codes != (Some(1), Some(1)) {
        return Err(format!("`check` and `diff` end with {codes:?}, where 1 tells of drift"));
    }
    let mut made = Files::from([("diagnostics.txt".to_owned(), check.stderr)]);
    if !diff.stdout.is_empty() {
        made.insert("diff.txt".to_owned(), diff.stdout);
    }
    Ok(made)
}

fn bayplan(project: &Path, command: &str) -> Result<Output, String> {
    let mut bayplan = Command::new(env!("CARGO_BIN_EXE_bayplan"));
    bayplan.arg(command).current_dir(project).env("NO_COLOR", "1").output().map_err(|error| error.to_string())
}
