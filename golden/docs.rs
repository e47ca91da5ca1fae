//! The commands in README.md and in the READMEs of the examples do what they are shown to do.
//!
//! A block marked `console` holds lines `$ bayplan …` with what each prints; `? 1` below a command is its exit code, and
//! `...` stands for any lines. The blocks of one file run in order, in one copy of the project: in README.md the copy
//! holds `examples/`, in the README of an example it is that example.
#![expect(clippy::disallowed_methods, reason = "a test of documents reads and copies them")]

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn readmes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = root.join("README.md");
    let mut documents = vec![(readme, vec![(root.join("examples"), "examples".to_owned())])];
    for example in folders(&root.join("examples")) {
        documents.push((example.join("README.md"), vec![(example, String::new())]));
    }
    documents.retain(|(document, _)| document.is_file());
    run(&documents);
}

/// A document, and the folders that its commands find under which names.
type Document = (PathBuf, Vec<(PathBuf, String)>);

fn run(documents: &[Document]) {
    let cases = tempfile::tempdir().expect("there is a folder for temporary files");
    for (document, folders) in documents {
        let project = document.parent().and_then(Path::file_name).expect("a README lies in a folder");
        let case = cases.path().join(project).with_extension("md");
        fs::copy(document, &case).expect("a document can be copied");
        let inputs = case.with_extension("in");
        fs::create_dir(&inputs).expect("the folder is new");
        for (folder, name) in folders {
            copy(folder, &inputs.join(name));
        }
        // That it is there makes the commands run in a copy of the inputs.
        fs::create_dir(case.with_extension("out")).expect("the folder is new");
    }
    if documents.is_empty() {
        return;
    }
    let tests = trycmd::TestCases::new();
    tests.env("NO_COLOR", "1").register_bin("bayplan", Path::new(env!("CARGO_BIN_EXE_bayplan")));
    tests.case(cases.path().join("*.md"));
    tests.run();
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("a folder can be read").path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(|entry| entry.expect("a folder can be walked")) {
        let to = to.join(entry.path().strip_prefix(from).expect("a walk stays below where it began"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), to).expect("a file can be copied");
        }
    }
}

/// Returns a small project whose README holds `block`.
fn sample(block: &str) -> (tempfile::TempDir, Vec<Document>) {
    let project = tempfile::tempdir().expect("there is a folder for temporary files");
    fs::write(project.path().join("cluster.yaml"), "minio_enabled: true\nminio_replicas: 2\n").expect("it is new");
    let readme = project.path().join("README.md");
    fs::write(&readme, format!("# Sample\n\n```console\n{block}\n```\n")).expect("it is new");
    let documents = vec![(readme, vec![(project.path().to_owned(), String::new())])];
    (project, documents)
}

#[test]
fn what_a_document_shows_happens_to_a_copy() {
    let block = "$ bayplan check\n? 1\nerror[minio/too-few-drives]: [..]\n...\n\n$ bayplan init other\n...\n\n\
                 $ bayplan -q build other\n\n$ bayplan check other\n[..] files are as the input says\n";
    let (project, documents) = sample(block);
    run(&documents);
    assert!(!project.path().join("other").exists(), "a command changed the original");
}

#[test]
#[should_panic(expected = "1 of 1 tests failed")]
fn what_does_not_happen_is_found() {
    run(&sample("$ bayplan check\n2 files are as the input says\n").1);
}
