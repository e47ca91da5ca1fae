//! The projects whose trees are held against the truth: every example, every stack of `stacks.rs`, and every fixture
//! that compiles.

use std::path::Path;

use bayplan::compile::{self, Compiled, Options};
use bayplan::diagnostic::Severity;
use bayplan::disk;
use bayplan::source::{Source, Sources};

use super::stacks::STACKS;

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
    for (name, text) in STACKS {
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
#[allow(dead_code, reason = "one test uses it")]
pub(crate) fn examples() -> Vec<std::path::PathBuf> {
    entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"))
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
