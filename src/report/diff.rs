//! What a build would change, as a patch that `git apply` and `patch -p1` take, with the input lines that cause it.
//!
//! Patch tools allow text of others at two places only: before the header of a file, and behind the second `@@` of a
//! hunk. The causes stand at both: all of them above the file, the first one at the hunk itself.

mod made;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::{Algorithm, DiffOp};

use super::Look;
use super::excerpt::{Excerpts, tame};
use crate::compile::Operators;
use crate::plan::{Change, Committed, Found, Plan};
use crate::source::{Sources, Span};
use crate::tree::{Tree, TreePath};
use crate::value::Origin;

/// Lines around a change, as everywhere.
const CONTEXT: usize = 3;
/// A new file is caused by nearly all of the input; more causes than this are only counted.
const MOST_CAUSES: usize = 10;

/// Returns the changes of `plan` from `committed` to `desired` as bytes, since a file edited by hand may hold any.
/// What is not ours is left out: it will not change. What `secrets` cover is starred in the causes. What `operators`
/// will then change stands above the file of their resource,
/// and above all where the resource stays and the operators change.
#[must_use]
pub fn render(
    plan: &Plan,
    committed: &Committed,
    desired: &Tree,
    operators: &Operators,
    sources: &Sources,
    secrets: &[Span],
    look: Look,
) -> Vec<u8> {
    let excerpts = Excerpts::new(sources, secrets);
    let before = before(plan, committed, desired, operators);
    let mut patch =
        Patch { bytes: Vec::new(), look, sources, excerpts, before: before.as_ref().unwrap_or(operators), operators };
    if before.is_some() {
        patch.unchanged(plan, desired);
    }
    for (path, change) in plan.changes() {
        let old = match committed.found.get(path) {
            Some(Found::Other(bytes)) => Some(bytes.as_slice()),
            _ => None,
        };
        match change {
            Change::Foreign(_) => {}
            Change::Create | Change::Update => patch.file(path, old, desired, false),
            Change::Delete => patch.file(path, old, &Tree::default(), false),
            Change::Edited { .. } => patch.file(path, old, desired, true),
        }
    }
    patch.bytes
}

/// A patch in the making.
struct Patch<'a> {
    bytes: Vec<u8>,
    look: Look,
    sources: &'a Sources,
    excerpts: Excerpts<'a>,
    /// The operators as they are.
    before: &'a Operators,
    /// The operators as they are to be.
    operators: &'a Operators,
}

/// Returns the operators as the committed tree installs them, where a file of their installation changes.
fn before(plan: &Plan, committed: &Committed, desired: &Tree, operators: &Operators) -> Option<Operators> {
    let installs = |text: &str| text.contains("restate-operator");
    let old = |path: &TreePath| match committed.found.get(path)? {
        Found::Other(bytes) => std::str::from_utf8(bytes).ok(),
        Found::Same => desired.get(path.as_str()).map(|file| file.text.as_str()),
        Found::Obstacle(_) => None,
    };
    plan.changes()
        .any(|(path, _)| old(path).is_some_and(installs))
        .then(|| operators.before(committed.found.keys().filter_map(old).filter(|text| installs(text))))
}

impl Patch<'_> {
    /// Tells what operators that change will make of resources that do not.
    fn unchanged(&mut self, plan: &Plan, desired: &Tree) {
        for (path, file) in desired.iter().filter(|(path, _)| plan.change(path).is_none()) {
            let changes = made::changes(&self.before.make(&file.text), &self.operators.make(&file.text));
            if !changes.is_empty() {
                self.line(Style::new().dimmed(), &format!("# {path} stays as it is"));
                self.made(&changes);
            }
        }
    }

    fn made(&mut self, changes: &[String]) {
        for line in changes {
            self.line(Style::new().dimmed(), &format!("# {}", tame(line)));
        }
    }

    fn file(&mut self, path: &TreePath, old: Option<&[u8]>, desired: &Tree, edited: bool) {
        let file = desired.get(path.as_str());
        let new = file.map(|file| file.text.as_bytes());
        let (old_lines, new_lines) = (lines(old.unwrap_or_default()), lines(new.unwrap_or_default()));
        let ops = similar::capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines);
        let hunks = similar::group_diff_ops(ops, CONTEXT);
        let origins = file.map(|file| (file.origins(), file.because()));
        let causes_of = |hunk: &[DiffOp]| match &origins {
            Some((origins, because)) => self.causes(hunk, origins, because),
            None => Vec::new(),
        };
        let causes: Vec<_> = hunks.iter().map(|hunk| causes_of(hunk)).collect();

        let dim = Style::new().dimmed();
        if edited {
            self.line(dim, "# edited by hand");
        }
        for (hunk, causes) in hunks.iter().zip(&causes).filter(|(_, causes)| !causes.is_empty()) {
            if hunks.len() > 1 {
                self.line(dim, &format!("# {}", header(hunk)));
            }
            for cause in causes.iter().take(MOST_CAUSES) {
                self.line(dim, &format!("# {cause}"));
            }
            if causes.len() > MOST_CAUSES {
                self.line(dim, &format!("# and {} more", causes.len() - MOST_CAUSES));
            }
        }
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        self.made(&made::changes(&self.before.make(&text(old)), &self.operators.make(&text(new))));
        // A name with blanks ends at a tab, for `patch` would cut it at the first one.
        let end = if path.as_str().contains(' ') { "\t" } else { "" };
        let name = |side, there| if there { format!("{side}/{path}{end}") } else { "/dev/null".to_owned() };
        if hunks.is_empty() {
            self.line(dim, &format!("# {path} is empty"));
            return;
        }
        self.line(Style::new().bold(), &format!("--- {}", name("a", old.is_some())));
        self.line(Style::new().bold(), &format!("+++ {}", name("b", new.is_some())));
        for (hunk, causes) in hunks.iter().zip(&causes) {
            let cyan = AnsiColor::Cyan.on_default();
            match &causes[..] {
                [] => self.line(cyan, &header(hunk)),
                [only] => self.line(cyan, &format!("{} {only}", header(hunk))),
                [first, others @ ..] => self.line(cyan, &format!("{} {first} (+{})", header(hunk), others.len())),
            }
            for op in hunk {
                let same = matches!(op, DiffOp::Equal { .. });
                if same {
                    self.lines(Style::new(), b' ', &new_lines[op.new_range()]);
                } else {
                    self.lines(AnsiColor::Red.on_default(), b'-', &old_lines[op.old_range()]);
                    self.lines(AnsiColor::Green.on_default(), b'+', &new_lines[op.new_range()]);
                }
            }
        }
    }

    /// Returns the input lines that decide the new lines of `hunk`, each once, what stands first first.
    fn causes(&self, hunk: &[DiffOp], origins: &[Origin], because: &Origin) -> Vec<String> {
        let mut spans: Vec<Span> = Vec::new();
        let changed = hunk.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
        for origin in changed.flat_map(DiffOp::new_range).filter_map(|line| origins.get(line)) {
            // The declaration stands behind every line; it is worth telling only where nothing else decides.
            let is_own = |span: &&Span| !because.spans().contains(span);
            let has_own = origin.spans().iter().any(|span| is_own(&span));
            for &span in origin.spans().iter().filter(|span| !has_own || is_own(span)) {
                if !spans.contains(&span) {
                    spans.push(span);
                }
            }
        }
        let mut lines = BTreeSet::new();
        spans.retain(|&span| lines.insert((span.file, self.sources.position(span).line)));
        let cause = |span: &Span| {
            let place = self.sources.place(*span);
            format!("{}: {}", tame(&place), self.excerpts.line(*span, self.look.width))
        };
        spans.iter().map(cause).collect()
    }

    /// Adds a line of our own.
    fn line(&mut self, style: Style, text: &str) {
        let mut line = String::new();
        let written = if self.look.color { writeln!(line, "{style}{text}{style:#}") } else { writeln!(line, "{text}") };
        written.expect("a string takes everything");
        self.bytes.extend_from_slice(line.as_bytes());
    }

    /// Adds lines of a file as they are, or so that a terminal shows them as they are.
    fn lines(&mut self, style: Style, mark: u8, lines: &[&[u8]]) {
        for line in lines {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            if self.look.color {
                let text = String::from_utf8_lossy(text);
                self.line(style, &format!("{}{}", char::from(mark), tame(&text)));
            } else {
                self.bytes.push(mark);
                self.bytes.extend_from_slice(text);
                self.bytes.push(b'\n');
            }
            if text.len() == line.len() {
                self.line(Style::new(), "\\ No newline at end of file");
            }
        }
    }
}

/// Returns the lines with their ends; only LF ends a line, as for every patch tool.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').collect()
}

/// Returns `@@ -1,3 +1,4 @@` for a hunk.
fn header(hunk: &[DiffOp]) -> String {
    similar::udiff::UnifiedHunkHeader::new(hunk).to_string()
}

#[cfg(test)]
mod tests;
