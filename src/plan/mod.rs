//! What a build would do: the desired tree against what is committed.

mod problems;
mod refused;
mod steps;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Rule;
use crate::tree::{Sums, Tree, TreePath};

pub use problems::{MISSING, NO_MORE, STALE};
pub use steps::{JOURNAL, Step, TEMPORARY};

/// Returns the rules about a committed tree, and about what becomes of it.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    problems::RULES.iter().chain(refused::RULES)
}

/// What stands on the disk where a cluster's files are wanted, or where its list says that there are some.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The directory of the cluster, relative to the project.
    pub root: TreePath,
    /// What we wrote: the list (unless all files are the desired ones), the journal of an interrupted build, and what
    /// the lists of removed clusters say.
    pub owned: Sums,
    /// What the journal alone says; empty where there is none.
    pub journal: Sums,
    /// Whether a build was interrupted: it left its journal or a half-written file.
    pub interrupted: bool,
    /// What stands at each path that is desired or ours; a path with nothing at it is absent.
    pub found: BTreeMap<TreePath, Found>,
}

/// What stands at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A file with exactly the desired bytes.
    Same,
    /// A file with these other bytes.
    Other(Vec<u8>),
    /// Something that is no file of ours.
    Obstacle(Obstacle),
}

/// What stands in the way of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// A file that we do not own and that holds something else.
    File,
    /// A directory.
    Directory,
    /// A symbolic link: whoever writes through it may write outside of the project.
    Symlink,
    /// A socket, pipe or device.
    Special,
    /// This directory above the path is a symbolic link or no directory at all.
    Above(TreePath),
}

/// What is to be done with one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Nothing stands there, or no more.
    Create,
    /// Our own file gets new bytes.
    Update,
    /// Our own file is no longer wanted.
    Delete,
    /// Somebody changed our file by hand: an error, unless [forced](Plan::force).
    Edited {
        /// Whether the file is no longer wanted.
        dropped: bool,
        /// Whether it differs by CRLF alone from what we wrote or would write.
        line_ends: bool,
    },
    /// Something in the way is not ours: an error that nothing overrules.
    Foreign(Obstacle),
}

/// What a build of one cluster would do.
#[derive(Clone, Debug)]
pub struct Plan {
    changes: BTreeMap<TreePath, Change>,
    committed: Rest,
}

/// What the steps need of [`Committed`] beside its files.
#[derive(Clone, Debug)]
struct Rest {
    root: TreePath,
    journal: Sums,
    interrupted: bool,
    /// Directories that may be empty once the plan is carried out.
    emptied: Vec<TreePath>,
    /// Directories in which the interrupted build may have left a half-written file.
    unswept: Vec<TreePath>,
}

/// How many files a plan touches.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Files with new bytes.
    pub changed: usize,
    /// New files.
    pub added: usize,
    /// Files that go.
    pub deleted: usize,
}

impl Plan {
    /// Returns what turns `committed` into `desired`, the tree of one cluster with its ownership list; an empty tree
    /// takes the cluster away.
    #[must_use]
    pub fn between(desired: &Tree, committed: &Committed) -> Self {
        let list = Sums::path(&committed.root);
        let mut changes = BTreeMap::new();
        for (path, file) in desired.iter() {
            let change = match committed.found.get(path) {
                Some(Found::Same) => continue,
                None => Change::Create,
                Some(Found::Other(_)) if *path == list => Change::Update,
                Some(Found::Other(bytes)) if committed.owned.vouch_for(path, bytes) => Change::Update,
                Some(Found::Other(bytes)) if committed.owned.lists(path) => {
                    let line_ends = committed.only_line_ends(path, bytes, Some(file.text.as_bytes()));
                    Change::Edited { dropped: false, line_ends }
                }
                Some(Found::Other(_)) => Change::Foreign(Obstacle::File),
                Some(Found::Obstacle(obstacle)) => Change::Foreign(obstacle.clone()),
            };
            changes.insert(path.clone(), change);
        }
        for (path, found) in committed.found.iter().filter(|(path, _)| desired.get(path.as_str()).is_none()) {
            // What took the place of a file that we no longer want is nobody's business but its maker's.
            let Found::Other(bytes) = found else { continue };
            let change = if *path == list || committed.owned.vouch_for(path, bytes) {
                Change::Delete
            } else {
                Change::Edited { dropped: true, line_ends: committed.only_line_ends(path, bytes, None) }
            };
            changes.insert(path.clone(), change);
        }
        Self { changes, committed: committed.rest(desired) }
    }

    /// Returns the plan that overwrites and deletes what was edited by hand.
    #[must_use]
    pub fn force(mut self) -> Self {
        for change in self.changes.values_mut() {
            match change {
                Change::Edited { dropped: true, .. } => *change = Change::Delete,
                Change::Edited { dropped: false, .. } => *change = Change::Update,
                Change::Create | Change::Update | Change::Delete | Change::Foreign(_) => {}
            }
        }
        self
    }

    /// Returns what is to be done with each file that differs, by path.
    pub fn changes(&self) -> impl Iterator<Item = (&TreePath, &Change)> {
        self.changes.iter()
    }

    /// Returns what is to be done with the file at `path`.
    #[must_use]
    pub fn change(&self, path: &TreePath) -> Option<&Change> {
        self.changes.get(path)
    }

    /// Whether the committed tree is the desired one and nothing is left of an interrupted build.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.committed.interrupted
    }

    /// Whether an earlier build was interrupted, so that there is something to clear away even without a change.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.committed.interrupted
    }

    /// Returns how many files the plan touches.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = |which: fn(&Change) -> bool| self.changes.values().filter(|change| which(change)).count();
        Summary {
            changed: count(|change| matches!(change, Change::Update | Change::Edited { dropped: false, .. })),
            added: count(|change| matches!(change, Change::Create)),
            deleted: count(|change| matches!(change, Change::Delete | Change::Edited { dropped: true, .. })),
        }
    }
}

impl Committed {
    /// Whether `bytes` are what we wrote or would write but for CRLF.
    fn only_line_ends(&self, path: &TreePath, bytes: &[u8], desired: Option<&[u8]>) -> bool {
        if !bytes.contains(&b'\r') {
            return false;
        }
        let mut with_lf = bytes.to_vec();
        let mut rest = bytes.iter().skip(1).copied().chain([0]);
        with_lf.retain(|&byte| rest.next() != Some(b'\n') || byte != b'\r');
        desired == Some(&with_lf) || self.owned.vouch_for(path, &with_lf)
    }

    fn rest(&self, desired: &Tree) -> Rest {
        let reachable = |path: &&TreePath| !matches!(self.found.get(*path), Some(Found::Obstacle(Obstacle::Above(_))));
        let dropped = self.owned.paths().filter(|path| desired.get(path.as_str()).is_none()).filter(reachable);
        let mut emptied: Vec<_> = dropped.flat_map(above).collect();
        if desired.is_empty() {
            emptied.extend([self.root.clone()].into_iter().chain(above(&self.root)));
        }
        // Deepest first: a directory sorts before everything in it.
        emptied.sort_unstable_by(|a, b| b.cmp(a));
        emptied.dedup();
        let mut unswept: Vec<_> = self.journal.paths().filter(reachable).filter_map(TreePath::parent).collect();
        unswept.push(self.root.clone());
        unswept.sort_unstable();
        unswept.dedup();
        Rest { root: self.root.clone(), journal: self.journal.clone(), interrupted: self.interrupted, emptied, unswept }
    }
}

/// Returns the directories above `path`, the nearest first.
fn above(path: &TreePath) -> impl Iterator<Item = TreePath> + use<> {
    std::iter::successors(path.parent(), TreePath::parent)
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.changed += other.changed;
        self.added += other.added;
        self.deleted += other.deleted;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.changed == 1 { "" } else { "s" };
        write!(f, "{} file{plural} changed, {} added, {} deleted", self.changed, self.added, self.deleted)
    }
}

#[cfg(test)]
mod tests;
