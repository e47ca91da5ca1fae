//! What forbids a build: files that somebody edited by hand, and things in the way that are not ours.

use super::{Change, Obstacle, Plan};
use crate::diagnostic::Diagnostic;
use crate::tree::TreePath;

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
    Diagnostic::error("tree/line-ends", message).help(
        "add the line `* text=auto eol=lf` to `.gitattributes`, commit it and check the files out again; \
         `bayplan build --force` writes them anew",
    )
}

fn edited(path: &TreePath, dropped: bool) -> Diagnostic {
    let message = format!("`{path}` was edited by hand after it was written");
    let help = if dropped {
        "nothing in the input stands for it any more: undo the edit or move the file away; \
         `bayplan build --force` deletes it"
    } else {
        "say it in the input and undo the edit; `bayplan build --force` overwrites it"
    };
    Diagnostic::error("tree/edited-by-hand", message).help(help)
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
    Diagnostic::error("tree/foreign-file", message).help(help)
}
