//! The same input makes the same bytes: whatever the machine, the place, the order and the names of files.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "a test of the program reads and writes files, and says what it skips"
)]

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
}

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use common::projects::{self, Project};
use tempfile::TempDir;

/// Environments in which the same must come out.
const ENVIRONMENTS: &[&[(&str, &str)]] = &[
    &[],
    &[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")],
    &[("LC_ALL", "de_DE.UTF-8"), ("TZ", "Pacific/Kiritimati")],
    &[("LC_ALL", "C"), ("TZ", "America/St_Johns"), ("HOME", "/nowhere"), ("USER", "somebody")],
    &[("RAYON_NUM_THREADS", "1")],
    &[("RAYON_NUM_THREADS", "7"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"), ("TERM", "dumb")],
    &[("SOURCE_DATE_EPOCH", "1"), ("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace")],
];

#[test]
fn the_environment_decides_nothing() {
    for project in examples() {
        let expected = Place::new(&project).built();
        for environment in ENVIRONMENTS {
            let place = Place::new(&project);
            let output = place.command("build", &place.path()).envs(environment.iter().copied()).output();
            succeeds(&output.expect("the program starts"));
            assert_eq!(place.tree(), expected, "{} with {environment:?}", project.name);
        }
    }
}

#[test]
fn the_working_directory_decides_nothing() {
    for project in examples() {
        let expected = Place::new(&project).built();
        let (inside, below) = (Place::new(&project), Place::new(&project));
        std::fs::create_dir(below.path().join("below")).expect("a folder can be made");
        for (place, directory, argument) in [
            (&inside, inside.path(), "."),
            (&inside, PathBuf::from("/"), ""),
            (&below, below.path().join("below"), ".."),
        ] {
            let argument = if argument.is_empty() { place.path() } else { PathBuf::from(argument) };
            succeeds(&place.command("build", &argument).current_dir(directory).output().expect("the program starts"));
            assert_eq!(place.tree(), expected, "{} as {}", project.name, argument.display());
        }
    }
}

/// The mode of a file is for the umask to decide, never its content.
#[test]
fn the_umask_decides_no_byte() {
    for project in examples() {
        let expected = Place::new(&project).built();
        for umask in ["000", "022", "077"] {
            let place = Place::new(&project);
            let script = format!("umask {umask} && exec \"$0\" build \"$1\"");
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", &script, env!("CARGO_BIN_EXE_bayplan")]).arg(place.path());
            succeeds(&shell.output().expect("there is a shell"));
            assert_eq!(place.tree(), expected, "{} with umask {umask}", project.name);
        }
    }
}

/// The projects without anything encrypted, whose bytes are never the same: `secrets.rs` has what holds for those.
fn reproducible() -> Vec<Project> {
    let plain = |project: &Project| {
        let compiled = projects::compile(&project.sources);
        compiled.clusters.iter().flat_map(|cluster| cluster.tree.iter()).all(|(_, file)| file.unsealed().is_none())
    };
    projects::projects().into_iter().filter(plain).collect()
}

#[test]
fn names_and_order_of_declaration_files_decide_nothing() {
    for project in reproducible() {
        let expected = Place::new(&project).built();
        for change in [renamed, nested, joined, split] {
            let place = Place::empty();
            for (_, source) in project.sources.iter() {
                if !source.name().contains("declarations/") {
                    place.write(source.name(), source.text());
                }
            }
            let mut folders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (_, source) in project.sources.iter() {
                if let Some((before, _)) = source.name().split_once("declarations/") {
                    folders.entry(format!("{before}declarations")).or_default().push(source.text());
                }
            }
            for (folder, texts) in folders {
                for (name, text) in change(&texts) {
                    place.write(&format!("{folder}/{name}"), &text);
                }
            }
            assert_eq!(place.built(), expected, "{}", project.name);
        }
    }
}

#[test]
fn a_second_build_writes_nothing() {
    for project in reproducible() {
        let place = Place::new(&project);
        place.build();
        // Far enough back that a write shows, whatever the clock of the file system.
        let past = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        for path in place.files() {
            let file = std::fs::File::options().write(true).open(&path).expect("it can be opened");
            file.set_modified(past).expect("its time can be set");
        }
        let before = place.identities();
        place.build();
        assert_eq!(place.identities(), before, "{}", project.name);
        let check = place.command("check", &place.path()).output().expect("the program starts");
        succeeds(&check);
        assert_eq!(place.identities(), before, "{}: check wrote something", project.name);
    }
}

#[test]
fn the_list_of_files_is_that_of_sha256sum() {
    if Command::new("sha256sum").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "sha256sum is not installed, and in CI it must be");
        eprintln!("skipped: sha256sum is not installed");
        return;
    }
    let mut lists = 0;
    for project in reproducible() {
        let place = Place::new(&project);
        place.build();
        let is_list = |path: &PathBuf| path.file_name().is_some_and(|name| name == "bayplan.sums");
        let all = place.files();
        for list in all.iter().filter(|path| is_list(path)) {
            let folder = list.parent().expect("it is in a folder");
            let mut reader = Command::new("sha256sum");
            reader.args(["--check", "--strict", "bayplan.sums"]).current_dir(folder);
            let output = reader.output().expect("it starts");
            succeeds(&output);
            // Every file is on the list.
            let others = all.iter().filter(|path| path.starts_with(folder) && *path != list).count();
            assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), others, "{}", project.name);
            lists += 1;
        }
    }
    assert!(lists > 0, "there is no list");
}

/// Nothing of where and when a tree was made is in it.
#[test]
fn nothing_of_the_machine_is_in_a_tree() {
    for project in reproducible() {
        let place = Place::new(&project);
        let path = place.path().display().to_string();
        for (name, bytes) in place.built() {
            let text = String::from_utf8(bytes).expect("a tree is UTF-8");
            for word in [path.as_str(), env!("CARGO_MANIFEST_DIR"), concat!("bayplan ", env!("CARGO_PKG_VERSION"))] {
                assert!(!text.contains(word), "{}/{name} holds {word}", project.name);
            }
        }
    }
}

/// Returns the examples: what the surroundings decide, they decide everywhere.
fn examples() -> impl Iterator<Item = Project> {
    reproducible().into_iter().filter(|project| project.name.starts_with("examples/"))
}

fn renamed(texts: &[&str]) -> Vec<(String, String)> {
    let last = texts.len();
    texts.iter().enumerate().map(|(at, text)| (format!("{:03}-x.yml", last - at), (*text).to_owned())).collect()
}

fn nested(texts: &[&str]) -> Vec<(String, String)> {
    texts.iter().enumerate().map(|(at, text)| (format!("z/{at}/a.yaml"), (*text).to_owned())).collect()
}

fn joined(texts: &[&str]) -> Vec<(String, String)> {
    let all: Vec<_> = texts.iter().rev().map(|text| text.trim_start_matches("---\n").to_owned()).collect();
    vec![("all.yaml".to_owned(), all.join("\n---\n"))]
}

/// Each document in a file of its own, the last one first.
fn split(texts: &[&str]) -> Vec<(String, String)> {
    let documents = texts.iter().flat_map(|text| text.split("\n---\n"));
    let documents: Vec<_> = documents.filter(|document| !document.trim().is_empty()).collect();
    let last = documents.len();
    documents.iter().enumerate().map(|(at, text)| (format!("{:03}.yaml", last - at), format!("{text}\n"))).collect()
}

#[track_caller]
fn succeeds(output: &Output) {
    let told = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&told));
}

/// A copy of a project in a folder of its own.
struct Place(TempDir);

impl Place {
    fn empty() -> Self {
        Self(tempfile::tempdir().expect("there is room for a project"))
    }

    fn new(project: &Project) -> Self {
        let place = Self::empty();
        project.sources.iter().for_each(|(_, source)| place.write(source.name(), source.text()));
        place
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    fn command(&self, subcommand: &str, project: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bayplan"));
        command.arg(subcommand).arg(project).current_dir(self.0.path());
        command
    }

    #[track_caller]
    fn build(&self) {
        succeeds(&self.command("build", &self.path()).output().expect("the program starts"));
    }

    #[track_caller]
    fn built(&self) -> BTreeMap<String, Vec<u8>> {
        self.build();
        self.tree()
    }

    /// Returns the files of the output.
    fn files(&self) -> Vec<PathBuf> {
        let entries = walkdir::WalkDir::new(self.0.path().join("kubernetes")).sort_by_file_name().into_iter();
        let files = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        files.map(walkdir::DirEntry::into_path).collect()
    }

    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let name = |path: &Path| path.strip_prefix(self.0.path()).expect("below").display().to_string();
        self.files().iter().map(|path| (name(path), std::fs::read(path).expect("it can be read"))).collect()
    }

    /// Returns what tells a file that was written from one that was not.
    fn identities(&self) -> BTreeMap<PathBuf, (u64, i64, i64, i64, i64)> {
        let entries = walkdir::WalkDir::new(self.0.path().join("kubernetes")).into_iter().filter_map(Result::ok);
        let identity = |entry: walkdir::DirEntry| {
            let about = entry.metadata().expect("it is there");
            (entry.into_path(), (about.ino(), about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec()))
        };
        entries.map(identity).collect()
    }
}
