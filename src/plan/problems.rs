//! What forbids a build: files that somebody edited by hand, and things in the way that are not ours.

use super::{Change, Obstacle, Plan};
use crate::diagnostic::{Diagnostic, Rule};
use crate::tree::TreePath;

/// What a committed tree can have against a build.
pub(super) const RULES: &[Rule] = &[EDITED, FOREIGN, LINE_ENDS, MISSING, STALE, NO_MORE];

const EDITED: Rule = Rule::error(
    "tree/edited-by-hand",
    "a file that bayplan wrote was changed by hand",
    "The next build would undo the change without a word, and the input would not say what runs in the cluster.",
    "say it in the input and undo the edit; `bayplan build --force` overwrites it",
);

const FOREIGN: Rule = Rule::error(
    "tree/foreign-file",
    "something that bayplan did not write stands where a file is to be written",
    "Bayplan deletes and overwrites only what its ownership list `bayplan.sums` names; what is in the way may be the \
     only copy of somebody's work, or a symbolic link that leads out of the project.",
    "move it away, or restore `bayplan.sums` from version control if it was deleted",
);

const LINE_ENDS: Rule = Rule::error(
    "tree/line-ends",
    "files differ from what was written by CRLF alone",
    "Git on Windows checks files out with CRLF unless it is told not to; every file then looks edited.",
    "add the line `* text=auto eol=lf` to `.gitattributes`, commit it and check the files out again; \
     `bayplan build --force` writes them anew",
);

/// Told by `check`.
pub const MISSING: Rule = Rule::error(
    "tree/missing",
    "a file of the tree is missing",
    "What is applied is the committed tree: without the file, its object does not exist or goes away.",
    "run `bayplan build`, and commit what it writes",
);

/// Told by `check`.
pub const STALE: Rule = Rule::error(
    "tree/stale",
    "a file of the tree is not what the input stands for",
    "Somebody changed the input, or updated bayplan, and did not build: the cluster runs what the input no longer says.",
    "run `bayplan build`, and commit what it writes",
);

/// Told by `check`.
pub const NO_MORE: Rule = Rule::error(
    "tree/no-more",
    "a file of the tree stands for nothing in the input any more",
    "Its object stays in the cluster although nobody declares it.",
    "run `bayplan build`, and commit what it deletes",
);

impl Plan {
    /// Returns an error for each file that the plan may not touch, but one for all that differ by line ends.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        let line_ends = |(_, change): &(_, &Change)| matches!(change, Change::Edited { line_ends: true, .. });
        let mut crlf = self.changes.iter().filter(line_ends).map(|(path, _)| path);
        let mut problems: Vec<_> = match (crlf.next(), crlf.count()) {
            (None, _) => Vec::new(),
            (Some(path), others) => vec![line_ends_differ(path, others)],
        };
        problems.extend(self.changes.iter().filter_map(|(path, change)| match change {
            Change::Edited { line_ends: false, dropped } => Some(edited(path, *dropped)),
            Change::Foreign(obstacle) => Some(foreign(path, obstacle)),
            Change::Edited { .. } | Change::Create | Change::Update | Change::Delete => None,
        }));
        problems
    }
}

fn line_ends_differ(path: &TreePath, others: usize) -> Diagnostic {
    let message = match others {
        0 => format!("`{path}` differs from what was written by its line ends (CRLF)"),
        1 => format!("`{path}` and another file differ from what was written by their line ends (CRLF)"),
        _ => format!("`{path}` and {others} other files differ from what was written by their line ends (CRLF)"),
    };
    LINE_ENDS.found(message)
}

fn edited(path: &TreePath, dropped: bool) -> Diagnostic {
    let found = EDITED.found(format!("`{path}` was edited by hand after it was written"));
    if !dropped {
        return found;
    }
    found.help(
        "nothing in the input stands for it any more: undo the edit or move the file away; \
         `bayplan build --force` deletes it",
    )
}

fn foreign(path: &TreePath, obstacle: &Obstacle) -> Diagnostic {
    let (message, help) = match obstacle {
        Obstacle::File => (
            format!("`{path}` is in the way: it was not written by bayplan and holds something else"),
            format!("move `{path}` away, or restore `bayplan.sums` if it was deleted"),
        ),
        Obstacle::Directory => {
            (format!("a directory is in the way of the file `{path}`"), format!("move `{path}` away"))
        }
        Obstacle::Symlink => (
            format!("a symbolic link is in the way of the file `{path}`"),
            format!("replace `{path}` by the file that it points to, or remove it"),
        ),
        Obstacle::Special => (
            format!("something that is no regular file is in the way of the file `{path}`"),
            format!("move `{path}` away"),
        ),
        Obstacle::Above(above) => (
            format!("`{path}` cannot be written: `{above}` is a symbolic link or no directory"),
            format!("replace `{above}` by a directory"),
        ),
    };
    FOREIGN.found(message).help(help)
}
