//! What there is to say about an input: a code, a message, places, and the remedy.

mod nearest;

pub(crate) use nearest::nearest;

use std::borrow::Cow;

use crate::source::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Works today, but loses data, security or clarity.
    Warning,
    /// The result cannot work or would leak a secret: nothing is written.
    Error,
}

/// A rule: the fault it names, and what `bayplan explain CODE` tells about it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Area and fault, `minio/too-few-drives`; reads well after "allow".
    pub code: &'static str,
    /// How much a finding weighs.
    pub severity: Severity,
    /// Whether the resource's own schema or operator refuses it, or it cannot be read at all.
    pub refused: bool,
    /// The fault in one line.
    pub what: &'static str,
    /// What goes wrong in the cluster, or in the repository.
    pub why: &'static str,
    /// The remedy, imperative.
    pub help: &'static str,
}

impl Rule {
    /// Returns a rule of bayplan whose findings are errors in `build` and `check`, and warnings in `expand`.
    #[must_use]
    pub const fn error(code: &'static str, what: &'static str, why: &'static str, help: &'static str) -> Self {
        Self { code, severity: Severity::Error, refused: false, what, why, help }
    }

    /// Returns a rule whose findings are errors everywhere: the input cannot be read, or the resource's own schema or
    /// operator refuses it.
    #[must_use]
    pub const fn refusal(code: &'static str, what: &'static str, why: &'static str, help: &'static str) -> Self {
        Self { refused: true, ..Self::error(code, what, why, help) }
    }

    /// Returns a rule whose findings are warnings.
    #[must_use]
    pub const fn warning(code: &'static str, what: &'static str, why: &'static str, help: &'static str) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, what, why, help) }
    }

    /// Returns a rule whose findings are notes.
    #[must_use]
    pub const fn note(code: &'static str, what: &'static str, why: &'static str, help: &'static str) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, what, why, help) }
    }

    /// Returns a finding of this rule whose message names the remedy already.
    #[must_use]
    pub fn plain(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic { help: None, ..self.found(message) }
    }

    /// Returns a finding of this rule with its general remedy.
    #[must_use]
    pub fn found(&self, message: impl Into<String>) -> Diagnostic {
        let mut found = Diagnostic::error(self.code, message).help(self.help);
        found.severity = self.severity;
        found.refused = self.refused;
        found
    }
}

/// A place and what there is to say about it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words, or nothing.
    pub text: String,
}

/// One finding about the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The rule's name, `minio/too-few-drives`; `bayplan explain CODE` tells more.
    pub code: Cow<'static, str>,
    /// How much it weighs.
    pub severity: Severity,
    /// Whether the resource's own schema or operator refuses it, or it cannot be read at all: an error for `expand`
    /// too, where all other rules are warnings.
    pub refused: bool,
    /// What is wrong with the actual value: lower case, no full stop.
    pub message: String,
    /// The culprit first, then who decided.
    pub labels: Vec<Label>,
    /// The remedy, imperative.
    pub help: Option<String>,
    /// In how many clusters of a fleet it was found, 0 where there is no fleet.
    pub clusters: usize,
}

impl Diagnostic {
    /// Returns an error without places.
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            refused: false,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            clusters: 0,
        }
    }

    /// Returns a warning without places.
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Returns a note without places.
    pub fn note(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Adds a place; the first one added is the culprit.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        let label = Label { span, text: text.into() };
        if !self.labels.iter().any(|known| known.span == span) {
            self.labels.push(label);
        }
        self
    }

    /// Adds each span of `spans`: the first as the culprit with `text`, the others as places that decided it.
    #[must_use]
    pub fn decided_at(mut self, spans: &[Span], text: impl Into<String>) -> Self {
        let mut text = text.into();
        for (index, &span) in spans.iter().enumerate() {
            self = self.at(span, if index == 0 { std::mem::take(&mut text) } else { "decided here".to_owned() });
        }
        self
    }

    /// Sets the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Marks it as refused by the resource's own schema or operator.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// What makes two findings the same and sorts them: place first, then the text.
    fn key(&self) -> (&[Label], std::cmp::Reverse<Severity>, &str, &str) {
        (&self.labels, std::cmp::Reverse(self.severity), &self.code, &self.message)
    }
}

/// Findings in the order of their places, each once.
#[derive(Clone, Default, Debug)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Returns the findings sorted by place, doubles removed.
    #[must_use]
    pub fn new(mut all: Vec<Diagnostic>) -> Self {
        all.sort_by(|a, b| a.key().cmp(&b.key()));
        all.dedup_by(|later, earlier| {
            let same = later.key() == earlier.key();
            if same {
                earlier.clusters += later.clusters;
            }
            same
        });
        Self(all)
    }

    /// Returns the findings in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Returns how many findings weigh exactly `severity`.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|one| one.severity == severity).count()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the findings out.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }
}
