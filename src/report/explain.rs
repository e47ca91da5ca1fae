//! Why a line is as it is: every input place that decided it; and what an input line decides.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::Look;
use super::excerpt::{Excerpts, tame};
use crate::diagnostic::{Rule, Severity};
use crate::source::{FileId, Sources, Span};
use crate::tree::{File, Tree, TreePath};

/// Lines of one file that are told before the rest is only counted.
const MOST_LINES: usize = 20;

/// A look at the inputs, and how it is shown.
struct Page<'a> {
    text: String,
    sources: &'a Sources,
    excerpts: Excerpts<'a>,
    look: Look,
}

impl Page<'_> {
    fn line(&mut self, style: Style, line: &str) {
        let line = tame(line);
        let written =
            if self.look.color { writeln!(self.text, "{style}{line}{style:#}") } else { writeln!(self.text, "{line}") };
        written.expect("a string takes everything");
    }
}

impl Page<'_> {
    /// Tells which lines of `file` are decided at a place that `is_here`, and returns whether any is.
    fn decided(&mut self, name: &str, file: &File, is_here: impl Fn(&Span) -> bool) -> bool {
        let origins = file.origins();
        let decided = origins.iter().zip(file.text.lines()).enumerate();
        let decided: Vec<_> = decided.filter(|(_, (origin, _))| origin.spans().iter().any(&is_here)).collect();
        if decided.is_empty() {
            return false;
        }
        self.line(Style::new(), "");
        let whole = decided.len() + 1 >= origins.len() && origins.len() > 3;
        self.line(AnsiColor::Cyan.on_default(), &format!("{name}{}", if whole { " (the whole file)" } else { "" }));
        if whole {
            return true;
        }
        for (index, (_, line)) in decided.iter().take(MOST_LINES) {
            self.line(Style::new(), &format!("  {:>4}  {line}", index + 1));
        }
        if decided.len() > MOST_LINES {
            self.line(Style::new(), &format!("        and {} lines more", decided.len() - MOST_LINES));
        }
        true
    }
}

/// Returns every place that decided line `number` (from 1) of `file`, or nothing where there is no such line.
#[must_use]
pub fn line(
    path: &TreePath,
    file: &File,
    number: usize,
    sources: &Sources,
    secrets: &[Span],
    look: Look,
) -> Option<String> {
    let index = number.checked_sub(1)?;
    let line = file.text.lines().nth(index)?;
    let origin = file.origins().into_iter().nth(index)?;
    let mut page = Page { text: String::new(), sources, excerpts: Excerpts::new(sources, secrets), look };
    page.line(Style::new().bold(), &format!("{path}:{number}"));
    page.line(Style::new(), &format!("  {}", line.trim_start()));
    page.line(Style::new(), "");
    if origin.is_empty() {
        page.line(Style::new(), "no input decides this line: bayplan writes it for every project");
        return Some(page.text);
    }
    page.line(Style::new(), "decided by");
    let width = origin.spans().iter().map(|&span| page.sources.place(span).len()).max().unwrap_or(0);
    for &span in origin.spans() {
        let place = format!("{:width$}", page.sources.place(span));
        let excerpt = page.excerpts.line(span, page.look.width);
        page.line(AnsiColor::Cyan.on_default(), &format!("  {place}  {excerpt}"));
    }
    Some(page.text)
}

/// Returns every line of the trees that line `number` (from 1) of the input `file` decides.
#[must_use]
pub fn input_line<'tree>(
    file: FileId,
    number: usize,
    trees: impl Iterator<Item = &'tree Tree> + Clone,
    sources: &Sources,
    secrets: &[Span],
    look: Look,
) -> String {
    let mut page = Page { text: String::new(), sources, excerpts: Excerpts::new(sources, secrets), look };
    let is_here = |span: &Span| span.file == file && sources.position(*span).line == number;
    page.line(Style::new().bold(), &format!("{}:{number} decides", sources.get(file).name()));
    let mut any = false;
    for (path, file) in trees.clone().flat_map(Tree::iter) {
        any |= page.decided(path.as_str(), file, is_here);
    }
    for (id, file) in trees.flat_map(Tree::known) {
        any |= page.decided(&format!("{id}, as the operator will make it"), &file, is_here);
    }
    if !any {
        page.line(Style::new(), "no line of the tree");
    }
    page.text
}

/// Returns what there is to know about a rule.
#[must_use]
pub fn rule(rule: &Rule) -> String {
    let weight = match (rule.severity, rule.refused) {
        (Severity::Error, true) => "error, in `expand`, too",
        (Severity::Error, false) => "error; in `expand` a warning",
        (Severity::Warning, _) => "warning",
        (Severity::Note, _) => "note",
    };
    format!(
        "{} ({weight})\n\n{}.\n\nWhy: {}\n\nHelp: {}.\n",
        rule.code,
        capital(rule.what),
        rule.why,
        capital(rule.help)
    )
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
