//! The rules of ownership, one by one.

use super::*;
use crate::tree::File;
use crate::value::Origin;

const A: &str = "kubernetes/a.yaml";

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (at, text) in files {
        let lines = text.lines().map(|line| (line.to_owned(), Origin::default())).collect();
        tree.insert(path(at), File::lines(lines, Origin::default()));
    }
    tree.insert_sums(&path("kubernetes"));
    tree
}

/// What stands there when `recorded` was built and then `changed` was put over it; `None` removes.
fn committed(recorded: Option<&Tree>, changed: &[(&str, Option<Found>)], desired: &Tree) -> Committed {
    let mut found = BTreeMap::new();
    let mut owned = Sums::default();
    if let Some(tree) = recorded {
        owned = Sums::of(&path("kubernetes"), tree);
        found.extend(tree.iter().map(|(at, file)| (at.clone(), other(&file.text))));
    }
    for (at, change) in changed {
        match change {
            Some(change) => found.insert(path(at), change.clone()),
            None => found.remove(&path(at)),
        };
    }
    for (at, file) in desired.iter() {
        if let Some(found) = found.get_mut(at)
            && *found == other(&file.text)
        {
            *found = Found::Same;
        }
    }
    Committed { root: path("kubernetes"), owned, journal: Sums::default(), interrupted: false, found }
}

fn other(text: &str) -> Found {
    Found::Other(text.as_bytes().to_vec())
}

#[track_caller]
fn plans(desired: &Tree, committed: &Committed, expected: &[(&str, Change)]) -> Plan {
    let plan = Plan::between(desired, committed);
    let changes: Vec<_> = plan.changes().map(|(at, change)| (at.as_str(), change.clone())).collect();
    assert_eq!(changes, expected);
    plan
}

const LIST: &str = "kubernetes/bayplan.sums";
const EDITED: Change = Change::Edited { dropped: false, line_ends: false };

#[test]
fn an_unchanged_tree_has_no_steps() {
    let tree = tree(&[(A, "a\n")]);
    let plan = plans(&tree, &committed(Some(&tree), &[], &tree), &[]);
    assert!(plan.is_empty() && plan.steps(&tree).is_empty() && plan.problems().is_empty());
}

#[test]
fn a_new_file_is_created() {
    let tree = tree(&[(A, "a\n")]);
    plans(&tree, &committed(None, &[], &tree), &[(A, Change::Create), (LIST, Change::Create)]);
}

#[test]
fn our_own_file_is_updated() {
    let (old, new) = (tree(&[(A, "old\n")]), tree(&[(A, "new\n")]));
    plans(&new, &committed(Some(&old), &[], &new), &[(A, Change::Update), (LIST, Change::Update)]);
}

#[test]
fn a_file_that_was_deleted_by_hand_is_created_again() {
    let tree = tree(&[(A, "a\n")]);
    let plan = plans(&tree, &committed(Some(&tree), &[(A, None)], &tree), &[(A, Change::Create)]);
    assert_eq!(plan.summary().to_string(), "0 files changed, 1 added, 0 deleted");
}

#[test]
fn our_own_file_that_is_no_longer_wanted_goes() {
    let (old, new) = (tree(&[(A, "a\n"), ("kubernetes/b/b.yaml", "b\n")]), tree(&[(A, "a\n")]));
    let plan = plans(
        &new,
        &committed(Some(&old), &[], &new),
        &[("kubernetes/b/b.yaml", Change::Delete), (LIST, Change::Update)],
    );
    assert!(plan.steps(&new).contains(&Step::Prune(&path("kubernetes/b"))));
}

#[test]
fn a_file_edited_by_hand_is_an_error_that_force_overrules() {
    let tree = tree(&[(A, "a\n")]);
    let plan = plans(&tree, &committed(Some(&tree), &[(A, Some(other("mine\n")))], &tree), &[(A, EDITED)]);
    assert_eq!(plan.problems()[0].code, "tree/edited-by-hand");
    let forced = plan.force();
    assert_eq!(forced.change(&path(A)), Some(&Change::Update));
    assert!(forced.problems().is_empty());
}

#[test]
fn a_file_edited_by_hand_is_not_deleted_unless_forced() {
    let (old, new) = (tree(&[(A, "a\n"), ("kubernetes/b.yaml", "b\n")]), tree(&[(A, "a\n")]));
    let edited = [("kubernetes/b.yaml", Some(other("mine\n")))];
    let dropped = Change::Edited { dropped: true, line_ends: false };
    let plan =
        plans(&new, &committed(Some(&old), &edited, &new), &[("kubernetes/b.yaml", dropped), (LIST, Change::Update)]);
    assert_eq!(plan.problems().len(), 1);
    assert_eq!(plan.force().change(&path("kubernetes/b.yaml")), Some(&Change::Delete));
}

#[test]
fn an_edit_that_says_what_is_desired_is_ours() {
    let (old, new) = (tree(&[(A, "old\n")]), tree(&[(A, "new\n")]));
    plans(&new, &committed(Some(&old), &[(A, Some(other("new\n")))], &new), &[(LIST, Change::Update)]);
}

#[test]
fn a_foreign_file_with_the_desired_bytes_is_ours() {
    let tree = tree(&[(A, "a\n")]);
    plans(&tree, &committed(None, &[(A, Some(other("a\n")))], &tree), &[(LIST, Change::Create)]);
}

#[test]
fn something_foreign_in_the_way_is_an_error_that_nothing_overrules() {
    let tree = tree(&[(A, "a\n")]);
    for obstacle in [Obstacle::Directory, Obstacle::Symlink, Obstacle::Special, Obstacle::Above(path("kubernetes"))] {
        let found = [(A, Some(Found::Obstacle(obstacle.clone())))];
        let foreign = Change::Foreign(obstacle);
        let plan = plans(&tree, &committed(Some(&tree), &found, &tree), &[(A, foreign.clone())]).force();
        assert_eq!(plan.change(&path(A)), Some(&foreign));
        assert_eq!(plan.problems()[0].code, "tree/foreign-file");
        assert!(!plan.steps(&tree).iter().any(|step| matches!(step, Step::Write(at, _) if at.as_str() == A)));
    }
    let found = [(A, Some(other("mine\n")))];
    let foreign = [(A, Change::Foreign(Obstacle::File)), (LIST, Change::Create)];
    assert_eq!(plans(&tree, &committed(None, &found, &tree), &foreign).force().problems().len(), 1);
}

#[test]
fn what_took_the_place_of_a_file_no_longer_wanted_is_left_alone() {
    let (old, new) = (tree(&[(A, "a\n"), ("kubernetes/b.yaml", "b\n")]), tree(&[(A, "a\n")]));
    let found = [("kubernetes/b.yaml", Some(Found::Obstacle(Obstacle::Directory)))];
    plans(&new, &committed(Some(&old), &found, &new), &[(LIST, Change::Update)]);
}

#[test]
fn crlf_is_named_once_for_all_files() {
    let b = "kubernetes/b.yaml";
    let (old, new) = (tree(&[(A, "x\ny\n"), (b, "b\n")]), tree(&[(A, "x\ny\n"), (b, "new\n")]));
    let found = [(A, Some(other("x\r\ny\r\n"))), (b, Some(other("b\r\n")))];
    let crlf = Change::Edited { dropped: false, line_ends: true };
    let expected = [(A, crlf.clone()), (b, crlf), (LIST, Change::Update)];
    let problems = plans(&new, &committed(Some(&old), &found, &new), &expected).problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].message,
        "`kubernetes/a.yaml` and another file differ from what was written by their line ends (CRLF)"
    );
}

#[test]
fn a_lone_carriage_return_is_an_edit() {
    let tree = tree(&[(A, "a\n")]);
    plans(&tree, &committed(Some(&tree), &[(A, Some(other("\ra\n")))], &tree), &[(A, EDITED)]);
}

#[test]
fn a_removed_cluster_goes_with_its_list_and_directories() {
    let old = tree(&[("kubernetes/b/b.yaml", "b\n")]);
    let committed = committed(Some(&old), &[], &Tree::default());
    let nothing = Tree::default();
    let plan = plans(&nothing, &committed, &[("kubernetes/b/b.yaml", Change::Delete), (LIST, Change::Delete)]);
    let (b, list) = (path("kubernetes/b/b.yaml"), path(LIST));
    let expected = [
        Step::Remove(std::borrow::Cow::Borrowed(&b)),
        Step::Prune(&path("kubernetes/b")),
        Step::Remove(std::borrow::Cow::Borrowed(&list)),
        Step::Prune(&path("kubernetes")),
    ];
    assert_eq!(plan.steps(&nothing), expected);
}

#[test]
fn the_journal_comes_first_and_becomes_the_list() {
    let (old, new) = (tree(&[(A, "old\n")]), tree(&[(A, "new\n")]));
    let plan = Plan::between(&new, &committed(Some(&old), &[], &new));
    let steps = plan.steps(&new);
    let [Step::Write(journal, list), Step::Write(file, _), Step::Rename(from, to)] = &steps[..] else {
        panic!("other steps: {steps:?}")
    };
    assert_eq!((journal.as_str(), file.as_str()), ("kubernetes/.bayplan.sums.next", A));
    assert_eq!((from, to.as_str()), (&**journal, LIST));
    assert_eq!(*list, new.get(LIST).unwrap().text.as_str());
}
