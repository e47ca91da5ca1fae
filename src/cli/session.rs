//! What `build`, `check`, `diff` and `explain` share: a project read, compiled, and held against its tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Exit;
use super::secrets::Secrets;
use super::terminal::Terminal;
use crate::compile::{self, Cluster, Compiled, Operators, Options};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::disk::{self, Error};
use crate::plan::{Committed, Plan, Summary};
use crate::report;
use crate::rules;
use crate::seal::Filled;
use crate::source::Sources;
use crate::tree::{Sums, Tree, TreePath};

/// Which project, and which of its clusters.
#[derive(clap::Args)]
pub(super) struct ProjectArgs {
    /// The project's directory
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) directory: PathBuf,

    /// Only this cluster of a fleet
    #[arg(short, long, value_name = "NAME")]
    pub(super) cluster: Option<String>,
}

/// A project that was read, compiled and held against what stands on the disk.
pub(super) struct Session<'run> {
    pub(super) directory: &'run Path,
    pub(super) sources: Sources,
    pub(super) compiled: Compiled<Option<Result<Target, Error>>>,
    removed: Result<Removed, Error>,
    options: Options,
}

/// One cluster's tree, or that of a removed one, against what stands on the disk.
///
/// Where they are the same, and nobody will ask for origins, `desired` and `committed` are let go: a thousand clusters
/// need no more memory than the ones that change.
pub(super) struct Target {
    pub(super) desired: Tree,
    pub(super) committed: Committed,
    pub(super) plan: Plan,
    pub(super) operators: Operators,
    /// How many files are wanted.
    pub(super) files: usize,
    /// Encrypted files that stay unopened.
    pub(super) unverified: Vec<TreePath>,
    /// What hinders the encryption of others.
    problems: Vec<Diagnostic>,
}

/// The clusters that are no more, and what their lists say.
#[derive(Default)]
struct Removed {
    roots: Vec<TreePath>,
    lists: Sums,
}

impl<'run> Session<'run> {
    /// Reads and compiles a project, and holds every cluster against its tree.
    pub(super) fn open(args: &'run ProjectArgs, keep_origins: bool, terminal: &Terminal) -> Result<Self, Exit> {
        Self::open_at(&args.directory, args.cluster.clone(), keep_origins, terminal)
    }

    pub(super) fn open_at(
        directory: &'run Path,
        cluster: Option<String>,
        keep_origins: bool,
        terminal: &Terminal,
    ) -> Result<Self, Exit> {
        let sources = disk::load_for(directory, cluster.as_deref()).map_err(|error| failed(&error, terminal))?;
        // Whoever builds one cluster of many knows nothing of the others.
        let removed = if cluster.is_none() { Removed::read(directory, &sources) } else { Ok(Removed::default()) };
        let options = Options { cluster, keep_origins };
        let secrets = Secrets::new(directory, &sources);
        let hold = |cluster| Some(Target::of(cluster, &secrets, removed.as_ref().ok()?, keep_origins));
        let mut compiled = terminal.while_telling("compiling", || compile::compile_each(&sources, &options, hold));
        let filled = compiled.clusters.iter_mut().flatten().flatten().flat_map(|target| target.problems.drain(..));
        let filled: Vec<_> = filled.collect();
        if !filled.is_empty() {
            let found = std::mem::take(&mut compiled.diagnostics).into_vec();
            compiled.diagnostics = Diagnostics::new(found.into_iter().chain(filled).collect());
        }
        if let Some(wanted) = options.cluster.as_ref().filter(|_| compiled.clusters.is_empty()) {
            return Err(unknown_cluster(wanted, &sources, terminal));
        }
        Ok(Self { directory, sources, compiled, removed, options })
    }

    /// Shows what was found in the input, and returns whether there is an error.
    pub(super) fn report(&self, terminal: &Terminal) -> bool {
        let found = &self.compiled.diagnostics;
        show(found, &self.sources, &self.compiled.secrets, terminal);
        found.has_errors()
    }

    /// Shows what of the changes a live cluster would refuse.
    pub(super) fn warn(&self, targets: &[Target], terminal: &Terminal) {
        let refused = |target: &&Target| !target.refused(&target.desired).is_empty();
        let concerned: Vec<_> = targets.iter().filter(refused).collect();
        if concerned.is_empty() {
            return;
        }
        // Who decided each value is kept where somebody asks for it, and worth a second look only here.
        let is_concerned = |root: &TreePath| concerned.iter().any(|target| target.committed.root == *root);
        let trees =
            compile::compile_each(&self.sources, &Options { keep_origins: true, ..self.options.clone() }, |cluster| {
                is_concerned(&cluster.root).then_some((cluster.root, cluster.tree))
            });
        let trees: BTreeMap<_, _> = trees.clusters.into_iter().flatten().collect();
        let found = concerned.iter().flat_map(|target| {
            let desired = trees.get(&target.committed.root).unwrap_or(&target.desired);
            target.refused(desired)
        });
        show(&Diagnostics::new(found.collect()), &self.sources, &self.compiled.secrets, terminal);
    }

    /// Returns every cluster against the tree that stands in `directory`, another copy of the project.
    pub(super) fn targets_at(&self, directory: &Path) -> Result<Vec<Target>, Error> {
        let options = Options { keep_origins: true, ..self.options.clone() };
        let secrets = Secrets::new(directory, &self.sources);
        let hold = |cluster| Target::of(cluster, &secrets, &Removed::default(), true);
        let compiled = compile::compile_each(&self.sources, &options, hold);
        compiled.clusters.into_iter().collect()
    }

    /// Takes out every cluster against its tree; files of clusters that are no more, too.
    pub(super) fn targets(&mut self, terminal: &Terminal) -> Result<Vec<Target>, Exit> {
        let clusters = std::mem::take(&mut self.compiled.clusters);
        let removed = std::mem::replace(&mut self.removed, Ok(Removed::default()));
        targets(self.directory, clusters, removed).map_err(|error| failed(&error, terminal))
    }
}

impl Removed {
    fn read(directory: &Path, sources: &Sources) -> Result<Self, Error> {
        let roots = disk::orphans(directory, &compile::roots(sources))?;
        let lists = disk::lists(directory, &roots)?;
        Ok(Self { roots, lists })
    }
}

impl Target {
    fn of(cluster: Cluster, secrets: &Secrets<'_>, removed: &Removed, keep_origins: bool) -> Result<Self, Error> {
        let Cluster { root, tree: mut desired, operators, .. } = cluster;
        let Filled { problems, unverified } = secrets.fill(&root, &mut desired, &removed.lists)?;
        if !desired.is_empty() {
            desired.insert_sums(&root);
        }
        let mut committed = disk::read_committed(secrets.directory, &root, &desired, &removed.lists)?;
        let plan = Plan::between(&desired, &committed);
        let files = desired.len();
        // The files of removed clusters are held against all that is wanted.
        if plan.is_empty() && !keep_origins && removed.roots.is_empty() {
            desired = Tree::default();
            committed.owned = Sums::default();
            committed.found.clear();
        }
        Ok(Self { desired, committed, plan, operators, files, unverified, problems })
    }
}

impl Target {
    /// Returns what of the changes a live cluster would refuse, with the places that `desired` knows.
    fn refused(&self, desired: &Tree) -> Vec<Diagnostic> {
        self.plan.refused(desired, &self.committed, &self.operators)
    }
}

fn targets(
    directory: &Path,
    clusters: Vec<Option<Result<Target, Error>>>,
    removed: Result<Removed, Error>,
) -> Result<Vec<Target>, Error> {
    let Removed { roots, .. } = removed?;
    let mut targets: Vec<Target> = clusters.into_iter().flatten().collect::<Result<_, Error>>()?;
    let wanted: BTreeSet<TreePath> = if roots.is_empty() {
        BTreeSet::new()
    } else {
        targets.iter().flat_map(|target| target.desired.iter().map(|(path, _)| path.clone())).collect()
    };
    for root in roots {
        let committed = disk::read_orphan(directory, &root, &wanted)?;
        let plan = Plan::between(&Tree::default(), &committed);
        let operators = Operators::default();
        let (unverified, problems) = (Vec::new(), Vec::new());
        let desired = Tree::default();
        targets.push(Target { desired, committed, plan, operators, files: 0, unverified, problems });
    }
    Ok(targets)
}

/// Lets go of the trees at the end of the process: the system takes the memory of all files back at once, where we
/// would hand it back piece by piece, on one thread.
pub(super) fn leave(targets: Vec<Target>) {
    std::mem::forget(targets);
}

/// Returns what all plans together would do.
pub(super) fn summary(targets: &[Target]) -> Summary {
    targets.iter().map(|target| target.plan.summary()).fold(Summary::default(), |sum, one| Summary {
        changed: sum.changed + one.changed,
        added: sum.added + one.added,
        deleted: sum.deleted + one.deleted,
    })
}

/// Shows findings on stderr; notes and warnings not when the user wants to hear only what is wrong.
pub(super) fn show(found: &Diagnostics, sources: &Sources, secrets: &[crate::source::Span], terminal: &Terminal) {
    let look = terminal.stderr_look();
    if terminal.is_quiet() {
        let errors = found.iter().filter(|one| one.severity == crate::diagnostic::Severity::Error).cloned().collect();
        terminal.trouble(&report::diagnostics::render(&Diagnostics::new(errors), sources, secrets, look));
    } else {
        terminal.trouble(&report::diagnostics::render(found, sources, secrets, look));
    }
}

/// Shows findings that have no place in the input.
pub(super) fn show_plain(found: Vec<Diagnostic>, terminal: &Terminal) {
    show(&Diagnostics::new(found), &Sources::default(), &[], terminal);
}

/// Shows an error of the disk and returns how the command ends.
pub(super) fn failed(error: &Error, terminal: &Terminal) -> Exit {
    show_plain(vec![error.diagnostic()], terminal);
    match error {
        Error::Fault(_) => Exit::Found,
        _ => Exit::Failed,
    }
}

fn unknown_cluster(wanted: &str, sources: &Sources, terminal: &Terminal) -> Exit {
    let names: BTreeSet<_> = sources
        .iter()
        .filter_map(|(_, source)| Some(source.name().strip_prefix("clusters/")?.split_once('/')?.0))
        .collect();
    let found = rules::UNKNOWN_CLUSTER.found(format!("there is no cluster `{wanted}`"));
    let found = match nearest(wanted, names.iter().copied()) {
        Some(nearest) => found.help(format!("did you mean `{nearest}`?")),
        None if names.is_empty() => found.help("this project is one cluster: leave `--cluster` out"),
        None => found.help("each folder below `clusters/` is one"),
    };
    show_plain(vec![found], terminal);
    Exit::Failed
}
