//! The order in which a plan is carried out, so that a build killed anywhere is mended by the next.
//!
//! Each step is atomic: a file is written beside its place and renamed. Before the first one the list to come is
//! written as a journal, `.bayplan.sums.next`; after the last one it is renamed to `bayplan.sums`. Between the two, a
//! file has bytes that either the list or the journal knows, so whatever the next build wants instead, it can tell
//! what is its own and what was edited by hand. A build that finds a journal adds its own lines to it.
//!
//! What this does not cover is a machine that loses power: nothing is forced to the disk.

use std::borrow::Cow;

use super::{Change, Plan};
use crate::tree::{Sums, Tree, TreePath};

/// The name of the journal in the directory of each cluster: there only while a build runs, or after it was killed.
pub const JOURNAL: &str = ".bayplan.sums.next";

/// The name under which a file is written before it is renamed. One name for each directory will do, since the
/// project is locked, and a left-over is found without a search.
pub const TEMPORARY: &str = ".bayplan-tmp";

/// One thing to do; none of them leaves something half done behind but for a [`TEMPORARY`] file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step<'a> {
    /// Remove the half-written file that a killed build left in this directory, if there is one.
    Sweep(&'a TreePath),
    /// Create or replace a file, with its directories.
    Write(Cow<'a, TreePath>, Cow<'a, str>),
    /// Remove a file.
    Remove(Cow<'a, TreePath>),
    /// Remove a directory if it is empty.
    Prune(&'a TreePath),
    /// Give a file another name, replacing what has it.
    Rename(TreePath, TreePath),
}

impl Plan {
    /// Returns what is to be done, in order, to come to `desired`. Nothing for what is not ours or was edited by hand.
    #[must_use]
    pub fn steps<'a>(&'a self, desired: &'a Tree) -> Vec<Step<'a>> {
        let rest = &self.committed;
        let list = Sums::path(&rest.root);
        let journal = rest.root.join(JOURNAL).expect("the name of the journal is a good part of a path");
        let text = |path: &TreePath| desired.get(path.as_str()).map(|file| file.text.as_str());
        let writes = || {
            let files = self.changes.iter().filter(|(path, _)| **path != list);
            files.filter(|(_, change)| matches!(change, Change::Create | Change::Update))
        };
        // A list that stays as it is already knows every byte that will be written.
        let journalled = writes().next().is_some() && self.changes.contains_key(&list);
        let mut steps = Vec::new();
        if rest.interrupted {
            steps.extend(rest.unswept.iter().map(Step::Sweep));
        }
        if journalled && let Some(new) = text(&list) {
            steps.push(Step::Write(Cow::Owned(journal.clone()), self.journal_of(new)));
        }
        let written = writes().filter_map(|(path, _)| Some((path, text(path)?)));
        steps.extend(written.map(|(path, text)| Step::Write(Cow::Borrowed(path), Cow::Borrowed(text))));
        let removed = self.changes.iter().filter(|(path, change)| **path != list && **change == Change::Delete);
        steps.extend(removed.map(|(path, _)| Step::Remove(Cow::Borrowed(path))));
        let acts = !steps.is_empty() || self.changes.contains_key(&list);
        let emptied = rest.emptied.iter().filter(|_| acts);
        // Before the list, since after it nobody knows that the directories were ours.
        steps.extend(emptied.clone().filter(|directory| directory.is_below(&rest.root)).map(Step::Prune));
        match (self.changes.get(&list), text(&list)) {
            // The journal is the new list, unless it tells of an older build, too.
            (Some(Change::Create | Change::Update), Some(_)) if journalled && rest.journal.is_empty() => {
                steps.push(Step::Rename(journal, list));
            }
            (change, new) => {
                match (change, new) {
                    (Some(Change::Create | Change::Update), Some(new)) => {
                        steps.push(Step::Write(Cow::Owned(list), Cow::Borrowed(new)));
                    }
                    (Some(Change::Delete), _) => steps.push(Step::Remove(Cow::Owned(list))),
                    _ => {}
                }
                if journalled || rest.interrupted {
                    steps.push(Step::Remove(Cow::Owned(journal)));
                }
            }
        }
        steps.extend(emptied.filter(|directory| !directory.is_below(&rest.root)).map(Step::Prune));
        steps
    }

    /// Returns the journal for the list `new`: with what an interrupted build may have written, too.
    fn journal_of<'a>(&self, new: &'a str) -> Cow<'a, str> {
        let root = &self.committed.root;
        let mut sums = self.committed.journal.clone();
        if sums.is_empty() {
            return Cow::Borrowed(new);
        }
        sums.add_all(&Sums::parse(root, new.as_bytes()).expect("the list of the desired tree is one of ours"));
        Cow::Owned(sums.text(root))
    }
}
