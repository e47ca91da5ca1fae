//! The disk with real files.

#![expect(clippy::disallowed_methods, reason = "tests of the door to the file system")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::apply::{perform, way, write};
use super::*;
use crate::plan::{Change, JOURNAL, Plan, TEMPORARY};
use crate::source::Sources;
use crate::tree::{File, Sums, Tree, TreePath};
use crate::value::Origin;

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

fn root() -> TreePath {
    path("kubernetes")
}

fn tree_at(root: &str, files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (at, text) in files {
        let lines = text.lines().map(|line| (line.to_owned(), Origin::default())).collect();
        tree.insert(path(&format!("{root}/{at}")), File::lines(lines, Origin::default()));
    }
    tree.insert_sums(&path(root));
    tree
}

fn tree(files: &[(&str, &str)]) -> Tree {
    tree_at("kubernetes", files)
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        put(directory.path(), name, text);
    }
    directory
}

fn put(project: &Path, name: &str, text: &str) {
    let path = project.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Every file below `directory` with its text, and every empty directory.
fn contents(directory: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(directory).min_depth(1) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
        if entry.file_type().is_file() {
            all.insert(name, fs::read_to_string(entry.path()).unwrap());
        } else if entry.file_type().is_dir() && fs::read_dir(entry.path()).unwrap().next().is_none() {
            all.insert(name + "/", String::new());
        }
    }
    all
}

fn texts(tree: &Tree) -> BTreeMap<String, String> {
    tree.iter().map(|(path, file)| (path.to_string(), file.text.to_string())).collect()
}

fn plan(project: &Path, desired: &Tree) -> Plan {
    Plan::between(desired, &read_committed(project, &root(), desired, &Sums::default()).unwrap())
}

#[track_caller]
fn build(project: &Path, desired: &Tree) {
    apply(project, &plan(project, desired), desired).unwrap();
    assert!(plan(project, desired).is_empty());
}

fn names(sources: &Sources) -> Vec<&str> {
    sources.iter().map(|(_, source)| source.name()).collect()
}

#[track_caller]
fn fault(result: Result<impl std::fmt::Debug, Error>, code: &str) -> String {
    match result.unwrap_err() {
        Error::Fault(diagnostic) => {
            assert_eq!(diagnostic.code, code);
            diagnostic.message
        }
        other => panic!("another error: {other}"),
    }
}

fn is_root() -> bool {
    let answer = Command::new("id").arg("-u").output();
    answer.is_ok_and(|answer| answer.stdout == b"0\n")
}

#[test]
fn loads_the_files_of_a_project() {
    let project = project(&[
        ("cluster.toml", "a = 1"),
        ("declarations/b/deep/x.yml", ""),
        ("declarations/a.yaml", "kind: MinIO"),
        ("declarations/object.json", "{}"),
        ("declarations/.hidden.yaml", ""),
        ("declarations/.git/x.yaml", ""),
        ("declarations/a.yaml~", ""),
        ("declarations/.a.yaml.swp", ""),
        ("declarations/notes.md", ""),
        ("clusters/beta/cluster.yaml", ""),
        ("clusters/alpha/declarations/x.yaml", ""),
        ("clusters/README.md", ""),
        ("clusters/.old/cluster.yaml", ""),
        ("kubernetes/apps/x.yaml", ""),
    ]);
    let sources = load(project.path()).unwrap();
    assert_eq!(
        names(&sources),
        [
            "cluster.toml",
            "clusters/alpha/declarations/x.yaml",
            "clusters/beta/cluster.yaml",
            "declarations/a.yaml",
            "declarations/b/deep/x.yml",
            "declarations/object.json",
        ]
    );
    assert_eq!(sources.iter().nth(3).unwrap().1.text(), "kind: MinIO");
}

#[test]
fn a_directory_without_inputs_is_no_project() {
    let project = project(&[("README.md", "")]);
    assert!(matches!(load(project.path()), Err(Error::NoProject(_))));
    let missing = load(&project.path().join("nowhere")).unwrap_err().to_string();
    assert!(missing.contains("cannot read") && missing.contains("nowhere"), "{missing}");
}

#[test]
fn two_cluster_files_are_refused() {
    let project = project(&[("cluster.yaml", ""), ("cluster.toml", "")]);
    let message = fault(load(project.path()), "project/two-cluster-files");
    assert_eq!(message, "`cluster.yaml` and `cluster.toml` both stand for the same variables");
}

#[test]
fn an_empty_cluster_directory_is_not_a_removed_cluster() {
    let project = project(&[("cluster.yaml", ""), ("clusters/alpha/.gitkeep", "")]);
    fault(load(project.path()), "project/empty-cluster");
}

#[test]
fn a_cluster_of_many_is_read_without_the_others() {
    let project = project(&[("cluster.yaml", ""), ("clusters/alpha/cluster.yaml", ""), ("clusters/beta/x.md", "")]);
    let alpha = load_for(project.path(), Some("alpha")).unwrap();
    assert_eq!(names(&alpha), ["cluster.yaml", "clusters/alpha/cluster.yaml"]);
    for all in [None, Some("gamma")] {
        fault(load_for(project.path(), all), "project/empty-cluster");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    use std::os::unix::fs::symlink;
    let project = project(&[("cluster.yaml", ""), ("shared/x.yaml", "x: 1"), ("declarations/sub/y.yaml", "")]);
    let at = |name: &str| project.path().join(name);
    symlink("../shared", at("declarations/linked")).unwrap();
    symlink("../shared/x.yaml", at("declarations/x.yaml")).unwrap();
    symlink("user@host:1", at("declarations/.#x.yaml")).unwrap();
    symlink("nowhere", at("declarations/README")).unwrap();
    let expected = ["cluster.yaml", "declarations/linked/x.yaml", "declarations/sub/y.yaml", "declarations/x.yaml"];
    assert_eq!(names(&load(project.path()).unwrap()), expected);

    symlink("..", at("declarations/sub/up")).unwrap();
    fault(load(project.path()), "project/link-loop");
    fs::remove_file(at("declarations/sub/up")).unwrap();
    symlink("../declarations/sub", at("shared/there")).unwrap();
    symlink("../../shared", at("declarations/sub/back")).unwrap();
    fault(load(project.path()), "project/link-loop");
    fs::remove_file(at("declarations/sub/back")).unwrap();

    symlink("nowhere", at("declarations/broken.yaml")).unwrap();
    assert!(load(project.path()).unwrap_err().to_string().contains("broken.yaml"));
}

#[cfg(unix)]
#[test]
fn nothing_is_read_that_could_wait_for_ever_or_never_end() {
    let project = project(&[("cluster.yaml", ""), ("declarations/x.yaml", "")]);
    let pipe = project.path().join("declarations/pipe.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let message = load(project.path()).unwrap_err().to_string();
    assert!(message.contains("pipe.yaml") && message.contains("not a regular file"), "{message}");
    fs::remove_file(&pipe).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &pipe).unwrap();
    assert!(load(project.path()).unwrap_err().to_string().contains("not a regular file"));
    fs::remove_file(&pipe).unwrap();
    fs::write(&pipe, "").unwrap();
    fs::OpenOptions::new().write(true).open(&pipe).unwrap().set_len((64 << 20) + 1).unwrap();
    assert!(load(project.path()).unwrap_err().to_string().contains("larger than 64 MiB"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let project = project(&[("cluster.yaml", ""), ("declarations/x.yaml", "")]);
    let name = std::ffi::OsStr::from_bytes(b"declarations/\xff.yaml");
    fs::write(project.path().join(name), "").unwrap();
    fault(load(project.path()), "project/name-not-utf8");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    if is_root() {
        eprint_skip("an_unreadable_file_is_named", "root may read everything");
        return;
    }
    let project = project(&[("cluster.yaml", "")]);
    let file = project.path().join("cluster.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let message = load(project.path()).unwrap_err().to_string();
    assert!(message.contains("cluster.yaml") && message.contains("ermission denied"), "{message}");
}

#[expect(clippy::disallowed_macros, reason = "a skipped test must say so")]
fn eprint_skip(test: &str, reason: &str) {
    eprintln!("SKIPPED {test}: {reason}");
}

/// Carries out some steps, as a build does that is killed after them.
fn carry_out(project: &Path, steps: &[crate::plan::Step<'_>]) {
    let mut way = way(project).unwrap();
    for step in steps {
        perform(project, &mut way, step).unwrap();
    }
}

#[test]
fn a_built_tree_is_the_desired_one_and_is_not_touched_again() {
    let project = project(&[]);
    let first = tree(&[("apps/a/x.yaml", "x: 1\n"), ("apps/b/y.yaml", "y: 1\n"), ("flux/apps.yaml", "z: 1\n")]);
    build(project.path(), &first);
    assert_eq!(contents(project.path()), texts(&first));

    let written = |name: &str| fs::metadata(project.path().join(name)).unwrap().modified().unwrap();
    let untouched = written("kubernetes/flux/apps.yaml");
    let list = written("kubernetes/bayplan.sums");
    std::thread::sleep(std::time::Duration::from_millis(20));
    build(project.path(), &first);
    assert_eq!(written("kubernetes/bayplan.sums"), list);
    let second = tree(&[("apps/a/x.yaml", "x: 2\n"), ("flux/apps.yaml", "z: 1\n")]);
    build(project.path(), &second);
    assert_eq!(contents(project.path()), texts(&second));
    assert_eq!(written("kubernetes/flux/apps.yaml"), untouched);
    assert_ne!(written("kubernetes/bayplan.sums"), list);
}

#[test]
fn sha256sum_reads_the_list() {
    let project = project(&[]);
    let odd = tree(&[("a b.yaml", "1\n"), ("*x.yaml", "2\n"), ("ü/ x.yaml", "3\n"), ("x", "")]);
    build(project.path(), &odd);
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "--quiet", "bayplan.sums"]).current_dir(project.path().join("kubernetes"));
    match check.output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => eprint_skip("sha256sum_reads_the_list", &format!("no sha256sum here ({error})")),
    }
}

#[test]
fn foreign_files_stay() {
    let project = project(&[("kubernetes/apps/a/mine.yaml", "mine")]);
    build(project.path(), &tree(&[("apps/a/x.yaml", "x\n"), ("apps/b/y.yaml", "y\n")]));
    build(project.path(), &tree(&[("apps/b/y.yaml", "y\n")]));
    assert_eq!(contents(project.path())["kubernetes/apps/a/mine.yaml"], "mine");
    assert!(!project.path().join("kubernetes/apps/a/x.yaml").exists());
}

#[test]
fn a_problem_stops_everything() {
    let project = project(&[("kubernetes/z.yaml", "mine")]);
    let desired = tree(&[("a.yaml", "a\n"), ("z.yaml", "z\n")]);
    let plan = plan(project.path(), &desired).force();
    assert!(matches!(apply(project.path(), &plan, &desired), Err(Error::Fault(_))));
    assert_eq!(contents(project.path()).len(), 1);
}

#[test]
fn an_unreadable_list_is_an_error() {
    let project = project(&[]);
    let built = tree(&[("a.yaml", "a\n")]);
    build(project.path(), &built);
    let list = fs::read_to_string(project.path().join("kubernetes/bayplan.sums")).unwrap();
    let marked = format!("<<<<<<< HEAD\n{list}=======\n>>>>>>> other\n");
    for broken in [marked, String::new(), list[..70].to_owned()] {
        put(project.path(), "kubernetes/bayplan.sums", &broken);
        for desired in [&built, &Tree::default()] {
            let read = read_committed(project.path(), &root(), desired, &Sums::default());
            let message = fault(read, "tree/unreadable-list");
            assert!(message.contains("`kubernetes/bayplan.sums:1`"), "{message}");
        }
    }
}

/// Builds `first`, then `second`, killed before each of its steps in turn, with half a file left behind; then what
/// the input says after that, `third`, must come out whole, and nothing else.
#[track_caller]
fn killed_anywhere(first: &Tree, second: &Tree, third: &Tree) {
    for killed_at in 0.. {
        let project = project(&[("kubernetes/mine.txt", "mine")]);
        build(project.path(), first);
        let plan = plan(project.path(), second);
        let steps = plan.steps(second);
        if killed_at > steps.len() {
            break;
        }
        carry_out(project.path(), &steps[..killed_at]);
        if let Some(crate::plan::Step::Write(path, text)) = steps.get(killed_at) {
            let half = format!("{}/{TEMPORARY}", path.parent().unwrap());
            put(project.path(), &half, &text[..text.len() / 2]);
        }
        build(project.path(), third);
        let mut expected = texts(third);
        expected.insert("kubernetes/mine.txt".to_owned(), "mine".to_owned());
        assert_eq!(contents(project.path()), expected, "killed before step {killed_at}");
    }
}

#[test]
fn a_build_killed_anywhere_is_mended_by_the_next() {
    let first = tree(&[("a/x.yaml", "x: 1\n"), ("b/y.yaml", "y: 1\n"), ("c/gone.yaml", "1\n")]);
    let second = tree(&[("a/x.yaml", "x: 2\n"), ("b/y.yaml", "y: 2\n"), ("d/new.yaml", "2\n")]);
    killed_anywhere(&first, &second, &second);
    killed_anywhere(&Tree::default(), &first, &first);
    killed_anywhere(&first, &Tree::default(), &Tree::default());
}

#[test]
fn a_build_killed_anywhere_is_mended_by_the_next_though_the_input_changed() {
    let first = tree(&[("a/x.yaml", "x: 1\n"), ("b/y.yaml", "y: 1\n"), ("c/gone.yaml", "1\n")]);
    let second = tree(&[("a/x.yaml", "x: 2\n"), ("b/y.yaml", "y: 2\n"), ("d/new.yaml", "2\n")]);
    let third = tree(&[("a/x.yaml", "x: 3\n"), ("c/gone.yaml", "3\n"), ("e/newer.yaml", "3\n")]);
    killed_anywhere(&first, &second, &third);
    killed_anywhere(&first, &second, &first);
    killed_anywhere(&Tree::default(), &second, &third);
    killed_anywhere(&first, &second, &Tree::default());
}

#[test]
fn two_killed_builds_in_a_row_are_mended() {
    let trees = [
        tree(&[("a/x.yaml", "x: 1\n"), ("b/y.yaml", "y: 1\n")]),
        tree(&[("a/x.yaml", "x: 2\n"), ("b/y.yaml", "y: 2\n"), ("c/z.yaml", "2\n")]),
        tree(&[("a/x.yaml", "x: 3\n"), ("b/y.yaml", "y: 3\n"), ("d/z.yaml", "3\n")]),
        tree(&[("a/x.yaml", "x: 4\n"), ("e/z.yaml", "4\n")]),
    ];
    for one in 0..8 {
        for two in 0..12 {
            let project = project(&[]);
            build(project.path(), &trees[0]);
            for (tree, killed_at) in [(&trees[1], one), (&trees[2], two)] {
                let plan = plan(project.path(), tree);
                assert!(plan.problems().is_empty());
                let steps = plan.steps(tree);
                carry_out(project.path(), &steps[..killed_at.min(steps.len())]);
            }
            build(project.path(), &trees[3]);
            assert_eq!(contents(project.path()), texts(&trees[3]), "killed before steps {one} and {two}");
        }
    }
}

#[test]
fn an_edit_while_a_build_is_interrupted_is_still_an_edit() {
    let project = project(&[]);
    let (first, second) =
        (tree(&[("x.yaml", "1\n"), ("y.yaml", "1\n")]), tree(&[("x.yaml", "2\n"), ("y.yaml", "2\n")]));
    build(project.path(), &first);
    carry_out(project.path(), &plan(project.path(), &second).steps(&second)[..2]);
    put(project.path(), "kubernetes/x.yaml", "mine\n");
    let plan = plan(project.path(), &second);
    assert_eq!(plan.change(&path("kubernetes/x.yaml")), Some(&Change::Edited { dropped: false, line_ends: false }));
    assert_eq!(plan.change(&path("kubernetes/y.yaml")), Some(&Change::Update));
}

#[test]
fn a_journal_alone_is_drift() {
    let project = project(&[]);
    let built = tree(&[("x.yaml", "1\n")]);
    build(project.path(), &built);
    let list = fs::read_to_string(project.path().join("kubernetes/bayplan.sums")).unwrap();
    put(project.path(), &format!("kubernetes/{JOURNAL}"), &list);
    let plan = plan(project.path(), &built);
    assert!(plan.changes().next().is_none() && plan.is_interrupted() && !plan.is_empty());
    build(project.path(), &built);
    assert_eq!(contents(project.path()), texts(&built));
}

#[test]
fn a_full_disk_leaves_the_old_file_whole() {
    let project = project(&[("kubernetes/x.yaml", "old")]);
    let mut way = way(project.path()).unwrap();
    let full = write(project.path(), &mut way, &path("kubernetes/x.yaml"), |file| {
        file.write_all(b"half of the ne")?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    });
    let message = full.unwrap_err().to_string();
    assert!(message.contains("x.yaml") && message.contains("no storage space"), "{message}");
    assert_eq!(contents(project.path()), BTreeMap::from([("kubernetes/x.yaml".to_owned(), "old".to_owned())]));
}

#[test]
fn what_cannot_be_written_is_named_and_leaves_nothing_behind() {
    let project = project(&[("kubernetes", "a file")]);
    let desired = tree(&[("x.yaml", "1\n")]);
    let plan = plan(project.path(), &desired);
    let above = Change::Foreign(crate::plan::Obstacle::Above(root()));
    assert_eq!(plan.change(&path("kubernetes/x.yaml")), Some(&above));
    // The same when it comes between the plan and its steps.
    let mut way = way(project.path()).unwrap();
    let message = perform(project.path(), &mut way, &plan_of_one(&desired)).unwrap_err().to_string();
    assert!(message.contains("cannot write") && message.contains("x.yaml"), "{message}");
    assert_eq!(contents(project.path()).len(), 1);
}

fn plan_of_one(desired: &Tree) -> crate::plan::Step<'_> {
    let (path, file) = desired.iter().last().unwrap();
    crate::plan::Step::Write(std::borrow::Cow::Borrowed(path), std::borrow::Cow::Borrowed(&file.text))
}

#[cfg(unix)]
#[test]
fn an_unwritable_directory_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    if is_root() {
        eprint_skip("an_unwritable_directory_is_named", "root may write everywhere");
        return;
    }
    let project = project(&[("kubernetes/keep", "")]);
    let mode = |mode| fs::set_permissions(project.path().join("kubernetes"), fs::Permissions::from_mode(mode));
    mode(0o555).unwrap();
    let desired = tree(&[("x.yaml", "1\n")]);
    let message = apply(project.path(), &plan(project.path(), &desired), &desired).unwrap_err().to_string();
    mode(0o755).unwrap();
    assert!(message.contains("kubernetes") && message.contains("ermission denied"), "{message}");
}

#[cfg(unix)]
#[test]
fn new_files_have_the_permissions_of_any_other() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = project(&[("plain", "")]);
    build(project.path(), &tree(&[("x.yaml", "1\n")]));
    let mode = |name: &str| fs::metadata(project.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("kubernetes/x.yaml"), mode("plain"));
    assert_eq!(mode("kubernetes/bayplan.sums"), mode("plain"));
}

#[cfg(unix)]
#[test]
fn links_are_never_written_or_deleted_through() {
    use std::os::unix::fs::symlink;
    let outside = project(&[("x.yaml", "outside"), ("apps/x.yaml", "x\n")]);
    let project = project(&[]);
    let built = tree(&[("apps/x.yaml", "x\n"), ("y.yaml", "y\n")]);
    build(project.path(), &built);
    fs::remove_dir_all(project.path().join("kubernetes/apps")).unwrap();
    fs::remove_file(project.path().join("kubernetes/y.yaml")).unwrap();
    symlink(outside.path().join("apps"), project.path().join("kubernetes/apps")).unwrap();
    symlink(outside.path().join("x.yaml"), project.path().join("kubernetes/y.yaml")).unwrap();
    let blocked = plan(project.path(), &built).force();
    let changes: Vec<_> = blocked.changes().map(|(path, change)| (path.as_str(), change.clone())).collect();
    let foreign = Change::Foreign;
    let above = crate::plan::Obstacle::Above(path("kubernetes/apps"));
    assert_eq!(
        changes,
        [("kubernetes/apps/x.yaml", foreign(above)), ("kubernetes/y.yaml", foreign(crate::plan::Obstacle::Symlink))]
    );
    build(project.path(), &tree(&[("z.yaml", "z\n")]));
    assert_eq!(contents(outside.path()).len(), 2);
}

#[test]
fn one_build_at_a_time() {
    let project = project(&[]);
    let first = lock(project.path()).unwrap();
    if cfg!(unix) {
        assert!(matches!(lock(project.path()), Err(Error::Locked(_))));
    }
    drop(first);
    // A child that another test starts right now holds what was open at that moment until it has become its program.
    let again = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        lock(project.path()).ok()
    });
    assert!(again.is_some());
    assert!(contents(project.path()).is_empty());
}

/// Builds a project of several clusters as the command does: the live ones, then what is left of others.
#[track_caller]
fn build_all(project: &Path, clusters: &[(&str, Tree)]) {
    let live: Vec<_> = clusters.iter().map(|(root, _)| path(root)).collect();
    let orphans = orphans(project, &live).unwrap();
    let elsewhere = lists(project, &orphans).unwrap();
    let wanted: BTreeSet<_> = clusters.iter().flat_map(|(_, tree)| tree.iter().map(|(path, _)| path.clone())).collect();
    let mut plans = Vec::new();
    for (root, (_, tree)) in live.iter().zip(clusters) {
        plans.push((Plan::between(tree, &read_committed(project, root, tree, &elsewhere).unwrap()), tree));
    }
    let nothing = Tree::default();
    for root in &orphans {
        plans.push((Plan::between(&nothing, &read_orphan(project, root, &wanted).unwrap()), &nothing));
    }
    for (plan, tree) in &plans {
        apply(project, plan, tree).unwrap();
    }
    let expected: BTreeMap<_, _> = clusters.iter().flat_map(|(_, tree)| texts(tree)).collect();
    assert_eq!(contents(project), expected);
}

#[test]
fn a_removed_cluster_goes() {
    let project = project(&[]);
    let cluster = |root: &'static str| (root, tree_at(root, &[("apps/x.yaml", root)]));
    build_all(project.path(), &[cluster("kubernetes/alpha"), cluster("kubernetes/beta")]);
    build_all(project.path(), &[cluster("kubernetes/beta")]);
    assert!(!project.path().join("kubernetes/alpha").exists());
}

#[test]
fn a_project_may_become_a_fleet_and_come_back() {
    let project = project(&[]);
    let single = [("kubernetes", tree(&[("apps/apps/x.yaml", "single\n"), ("apps/y/x.yaml", "single\n")]))];
    // A cluster called like one of the single layout's directories wants a file that the single one owns.
    let fleet = [
        ("kubernetes/apps", tree_at("kubernetes/apps", &[("apps/x.yaml", "fleet\n")])),
        ("kubernetes/beta", tree_at("kubernetes/beta", &[("apps/x.yaml", "fleet\n")])),
    ];
    build_all(project.path(), &single);
    build_all(project.path(), &fleet);
    build_all(project.path(), &single);
}

#[test]
fn a_new_project_is_not_written_over_an_old_one() {
    let project = project(&[("cluster.yaml", "mine")]);
    assert!(!create(project.path(), &path("cluster.yaml"), "ours").unwrap());
    assert!(create(project.path(), &path(".bayplan/schemas/x.json"), "{}").unwrap());
    assert_eq!(contents(project.path())["cluster.yaml"], "mine");
    assert_eq!(contents(project.path())[".bayplan/schemas/x.json"], "{}");
}
