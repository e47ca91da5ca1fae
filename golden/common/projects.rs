//! The projects whose trees are held against the truth: every example, every stack of `stacks.rs`, and every fixture
//! that compiles.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;

use bayplan::compile::{self, Compiled, Options};
use bayplan::diagnostic::Severity;
use bayplan::disk;
use bayplan::source::{Source, Sources};
use serde_json::Value as Json;

use super::stacks::stacks;

/// Who delivers a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Flux,
    ArgoCd,
    Plain,
}

/// Every engine.
pub(crate) const ENGINES: [Engine; 3] = [Engine::Flux, Engine::ArgoCd, Engine::Plain];

/// What an engine may be unable to deliver: a project with it is no project of that engine.
const UNABLE: &[&str] = &["deliver/chart-by-hand", "deliver/other-engine", "deliver/encrypted"];

/// One project with its inputs.
pub(crate) struct Project {
    /// Its folder, `examples/fleet`.
    pub(crate) name: String,
    /// Its inputs.
    pub(crate) sources: Sources,
}

/// Returns all of them by name. An example must compile; a fixture may be there to show that something does not.
pub(crate) fn projects() -> Vec<Project> {
    let mut projects = Vec::new();
    for folder in ["examples", "fixtures"] {
        for entry in entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
            let name = format!("{folder}/{}", entry.file_name().expect("an entry has a name").to_string_lossy());
            let Ok(sources) = disk::load(&entry) else {
                assert!(folder != "examples", "{name} cannot be loaded");
                continue;
            };
            let errors = errors(&compile(&sources), &sources);
            if errors.is_empty() {
                projects.push(Project { name, sources });
            } else {
                assert!(folder != "examples", "{name}: {errors:#?}");
            }
        }
    }
    for (name, text) in stacks() {
        let name = format!("stacks/{name}");
        let sources = Sources::new(vec![Source::new("cluster.yaml", text.trim_start().as_bytes().to_vec())]);
        let errors = errors(&compile(&sources), &sources);
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        projects.push(Project { name, sources });
    }
    assert!(!projects.is_empty(), "there is nothing to test");
    projects
}

/// Returns the folders of the examples.
pub(crate) fn examples() -> Vec<std::path::PathBuf> {
    entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"))
}

/// Returns the projects as `engine` delivers them, whatever they say themselves, but for those with something in them that
/// it cannot deliver.
pub(crate) fn delivered_by(engine: Engine) -> Vec<Project> {
    let switched = projects().into_iter().filter_map(|project| {
        let sources = switched(&project.sources, engine);
        let compiled = compile(&sources);
        let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let (unable, other): (Vec<_>, Vec<_>) = errors.partition(|error| UNABLE.contains(&error.code.as_ref()));
        assert!(other.is_empty(), "{} by {engine:?}: {other:#?}", project.name);
        unable.is_empty().then_some(Project { sources, ..project })
    });
    switched.collect()
}

/// Returns the sources with `engine` in the settings of the project, which keep what they say of it.
pub(crate) fn switched(sources: &Sources, engine: Engine) -> Sources {
    let mut has_project = false;
    let mut all = Vec::new();
    for (_, source) in sources.iter() {
        let mut text = String::new();
        for document in documents(source.text()) {
            let is_project = document.contains("kind: Project");
            has_project |= is_project;
            text += &if is_project { engine.chosen_in(&document) } else { document };
        }
        all.push(Source::new(source.name(), text.into_bytes()));
    }
    if !has_project && engine != Engine::Flux {
        let project = serde_json::json!({
            "apiVersion": "bayplan.dev/v1alpha1", "kind": "Project", "spec": { "deliver": engine.settings() },
        });
        all.push(Source::new("declarations/zz-engine.yaml", project.to_string().into_bytes()));
    }
    Sources::new(all)
}

/// Returns the documents of a YAML text, each with the line that begins it.
fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            documents.push(String::new());
        }
        documents.last_mut().expect("there is one").push_str(line);
    }
    documents
}

impl Engine {
    fn mode(self) -> &'static str {
        match self {
            Engine::Flux => "flux",
            Engine::ArgoCd => "argocd",
            Engine::Plain => "plain",
        }
    }

    /// Returns the declaration of a project with this engine.
    fn chosen_in(self, project: &str) -> String {
        let mut json: Json = serde_yaml::from_str(project).expect("a project is YAML");
        let deliver = &mut json["spec"]["deliver"];
        if deliver["mode"].as_str().unwrap_or(Engine::Flux.mode()) == self.mode() {
            return project.to_owned();
        }
        *deliver = self.settings();
        format!("---\n{}", serde_yaml::to_string(&json).expect("it is YAML again"))
    }

    /// Returns the least that a project says to be delivered by it.
    fn settings(self) -> Json {
        match self {
            Engine::ArgoCd => serde_json::json!({
                "mode": "argocd", "argocd": { "repoURL": "https://git.example.org/projects.git" },
            }),
            Engine::Flux | Engine::Plain => serde_json::json!({ "mode": self.mode() }),
        }
    }
}

/// Returns the directories in `folder` by name; none where there is no folder.
#[expect(clippy::disallowed_methods, reason = "the projects are found by looking")]
fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut directories: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    directories.sort();
    directories
}

/// Compiles all clusters and keeps who decided each line.
pub(crate) fn compile(sources: &Sources) -> Compiled {
    compile::compile(sources, &Options { cluster: None, keep_origins: true })
}

/// Returns the errors with their places.
pub(crate) fn errors(compiled: &Compiled, sources: &Sources) -> Vec<String> {
    let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors
        .map(|error| {
            let place = error.labels.first().map(|label| sources.place(label.span)).unwrap_or_default();
            format!("{place}: {}: {}", error.code, error.message)
        })
        .collect()
}
