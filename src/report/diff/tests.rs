//! Patches as the tools read them.

#![expect(clippy::disallowed_methods, reason = "`patch` and `git apply` work on real files")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::*;
use crate::source::{FileId, Source};
use crate::tree::{File, Sums};

const INPUT: &str = "kind: MinIO\nminio_storage_size: 100Gi\npassword: hush-hush\n";

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

fn sources() -> Sources {
    Sources::new(vec![Source::new("cluster.yaml", INPUT.as_bytes().to_vec())])
}

fn span(piece: &str) -> Span {
    let at = INPUT.find(piece).unwrap();
    Span::new(FileId::from_index(0), at..at + piece.len())
}

/// A tree in which lines that hold a piece of the input are decided by it, and all by `kind`.
fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (at, text) in files {
        let origin = |line: &str| match ["100Gi", "hush-hush"].iter().find(|piece| line.contains(**piece)) {
            Some(piece) => Origin::at(span(piece)),
            None => Origin::default(),
        };
        let lines = text.lines().map(|line| (line.replace("hush-hush", "secret"), origin(line))).collect();
        tree.insert(path(at), File::lines(lines, Origin::at(span("MinIO"))));
    }
    tree
}

fn committed(old: &[(&str, &[u8])], desired: &Tree) -> Committed {
    let root = path("kubernetes");
    let mut owned = Sums::default();
    let mut found = BTreeMap::new();
    for (at, bytes) in old {
        let same = desired.get(at).is_some_and(|file| file.text.as_bytes() == *bytes);
        found.insert(path(at), if same { Found::Same } else { Found::Other(bytes.to_vec()) });
        let text = format!("{}  {}\n", crate::tree::Sum::of(bytes), path(at).below(&root).unwrap());
        owned.add_all(&Sums::parse(&root, text.as_bytes()).unwrap());
    }
    Committed { root, owned, journal: Sums::default(), interrupted: false, found }
}

fn patch(old: &[(&str, &[u8])], desired: &Tree, look: Look) -> Vec<u8> {
    let committed = committed(old, desired);
    let secrets = [span("hush-hush")];
    render(&Plan::between(desired, &committed), &committed, desired, &Operators::default(), &sources(), &secrets, look)
}

fn run(directory: &Path, tool: &[&str], input: &[u8]) -> Option<std::process::Output> {
    let mut command = Command::new(tool[0]);
    command.args(&tool[1..]).current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().unwrap().write_all(input).unwrap();
    Some(child.wait_with_output().unwrap())
}

/// What `old` becomes by the patch must be `desired`, whichever tool applies it.
#[track_caller]
fn applies(old: &[(&str, &[u8])], desired: &Tree) {
    let patch = patch(old, desired, Look::default());
    for tool in [&["patch", "-p1", "--fuzz=0"][..], &["git", "apply", "--whitespace=nowarn"]] {
        let directory = TempDir::new().unwrap();
        for (name, bytes) in old {
            let file = directory.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let Some(output) = run(directory.path(), tool, &patch) else {
            skipped(tool[0]);
            continue;
        };
        assert!(output.status.success(), "{tool:?}: {output:?}\n{}", String::from_utf8_lossy(&patch));
        let messages = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&messages).contains("fuzz"), "{messages:?}");
        let mut files = 0;
        for entry in walkdir::WalkDir::new(directory.path()).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(directory.path()).unwrap().to_str().unwrap();
                let text = desired.get(name).unwrap_or_else(|| panic!("{tool:?} leaves {name}")).text.as_bytes();
                assert_eq!(fs::read(entry.path()).unwrap(), text, "{tool:?}: {name}");
                files += 1;
            }
        }
        assert_eq!(files, desired.len(), "{tool:?}");
    }
}

#[expect(clippy::disallowed_macros, reason = "a skipped test must say so")]
fn skipped(tool: &str) {
    eprintln!("SKIPPED: no {tool} here");
}

fn numbered(change: impl Fn(usize) -> Option<&'static str>) -> String {
    (1..=40).map(|line| change(line).map_or_else(|| format!("line {line}\n"), str::to_owned)).collect()
}

#[test]
fn a_changed_line_names_the_input_line() {
    let old = "a: 1\nstorage: 50Gi\nb: 2\n";
    let desired = tree(&[("kubernetes/x.yaml", "a: 1\nstorage: 100Gi\nb: 2\n")]);
    let expected = "\
# cluster.yaml:2:21: minio_storage_size: 100Gi
--- a/kubernetes/x.yaml
+++ b/kubernetes/x.yaml
@@ -1,3 +1,3 @@ cluster.yaml:2:21: minio_storage_size: 100Gi
 a: 1
-storage: 50Gi
+storage: 100Gi
 b: 2
";
    let old: [(&str, &[u8]); 1] = [("kubernetes/x.yaml", old.as_bytes())];
    assert_eq!(String::from_utf8(patch(&old, &desired, Look::default())).unwrap(), expected);
    applies(&old, &desired);
}

#[test]
fn each_hunk_names_its_own_causes() {
    let change = |line| match line {
        3 | 31 => Some("size: 100Gi\n"),
        30 => Some("new: thing\n"),
        38 => Some(""),
        _ => None,
    };
    let desired = tree(&[("kubernetes/x.yaml", &numbered(change))]);
    let old = numbered(|_| None);
    let old: [(&str, &[u8]); 1] = [("kubernetes/x.yaml", old.as_bytes())];
    let text = String::from_utf8(patch(&old, &desired, Look::default())).unwrap();
    let told: Vec<_> = text.lines().filter(|line| line.starts_with(['#', '@'])).collect();
    let (size, kind) = ("cluster.yaml:2:21: minio_storage_size: 100Gi", "cluster.yaml:1:7: kind: MinIO");
    assert_eq!(
        told,
        [
            "# @@ -1,6 +1,6 @@".to_owned(),
            format!("# {size}"),
            "# @@ -27,14 +27,13 @@".to_owned(),
            format!("# {kind}"),
            format!("# {size}"),
            format!("@@ -1,6 +1,6 @@ {size}"),
            format!("@@ -27,14 +27,13 @@ {kind} (+1)"),
        ]
    );
    applies(&old, &desired);
}

#[test]
fn whole_files_come_and_go() {
    let desired = tree(&[("kubernetes/new/a b.yaml", "size: 100Gi\n"), ("kubernetes/z.yaml", "z\n")]);
    let old: [(&str, &[u8]); 2] = [("kubernetes/old.yaml", b"x\ny\n"), ("kubernetes/z.yaml", b"z\n")];
    let text = String::from_utf8(patch(&old, &desired, Look::default())).unwrap();
    assert!(text.contains("--- /dev/null\n+++ b/kubernetes/new/a b.yaml\t\n@@ -0,0 +1 @@ "), "{text}");
    assert!(text.contains("--- a/kubernetes/old.yaml\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n"), "{text}");
    assert!(!text.contains("z.yaml"));
    applies(&old, &desired);
}

#[test]
fn ends_carriage_returns_and_other_bytes_survive() {
    let desired = tree(&[("kubernetes/a.yaml", "x\ny\n"), ("kubernetes/b.yaml", "x\n"), ("kubernetes/c.yaml", "é\n")]);
    applies(
        &[("kubernetes/a.yaml", b"x\ny"), ("kubernetes/b.yaml", b"x\r\n"), ("kubernetes/c.yaml", b"\xe9\n")],
        &desired,
    );
    applies(
        &[("kubernetes/a.yaml", b"x\rz\ny\n"), ("kubernetes/b.yaml", b""), ("kubernetes/c.yaml", b"\x1b[0m\n")],
        &desired,
    );
}

#[test]
fn what_is_edited_by_hand_says_so_and_what_is_foreign_stays_out() {
    let desired = tree(&[("kubernetes/a.yaml", "new\n"), ("kubernetes/b.yaml", "b\n")]);
    let mut committed = committed(&[("kubernetes/a.yaml", b"old\n")], &desired);
    committed.found.insert(path("kubernetes/a.yaml"), Found::Other(b"mine\n".to_vec()));
    committed.found.insert(path("kubernetes/b.yaml"), Found::Other(b"foreign\n".to_vec()));
    let plan = Plan::between(&desired, &committed);
    let text = render(&plan, &committed, &desired, &Operators::default(), &sources(), &[], Look::default());
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("# edited by hand\n") && text.contains("-mine\n+new\n"), "{text}");
    assert!(!text.contains("b.yaml"), "{text}");
}

#[test]
fn causes_do_not_show_secrets() {
    let desired = tree(&[("kubernetes/a.yaml", "x: hush-hush\n")]);
    let text = String::from_utf8(patch(&[], &desired, Look::default())).unwrap();
    assert!(text.contains("cluster.yaml:3:11: password: *********\n") && !text.contains("hush"), "{text}");
}

#[test]
fn a_terminal_gets_colours_and_no_commands() {
    let desired = tree(&[("kubernetes/a.yaml", "x\n")]);
    let old: [(&str, &[u8]); 1] = [("kubernetes/a.yaml", b"\x1b[2Jx\r\n\xff\n")];
    let text = String::from_utf8(patch(&old, &desired, Look { color: true, width: 80 })).unwrap();
    assert!(text.contains("\u{1b}[31m-\\u{1b}[2Jx\\r\u{1b}[0m\n"), "{text:?}");
}
