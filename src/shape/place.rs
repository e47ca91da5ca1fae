//! Where the walk is: the path for messages, and the spans for labels.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Node, Origin, Value};

/// No schema of a real resource has so many alternatives inside alternatives of one value.
const MOST_CHOICES: u8 = 8;

/// A place in the value that is walked over, as a list that leads back to the root.
#[derive(Clone, Copy)]
pub(super) struct Place<'walk> {
    parent: Option<&'walk Place<'walk>>,
    step: Step<'walk>,
    /// Where the key stands.
    pub(super) key: Option<Span>,
    /// The nearest origin above that has a place.
    near: &'walk Origin,
    /// Whether something above is secret.
    secret: bool,
    /// How many alternatives inside alternatives led here without going deeper into the value.
    choices: u8,
}

#[derive(Clone, Copy)]
enum Step<'walk> {
    Root(&'walk str),
    Key(&'walk str),
    Item(usize),
}

impl<'walk> Place<'walk> {
    pub(super) fn root(at: &'walk str, declared: &'walk Origin) -> Self {
        Self { parent: None, step: Step::Root(at), key: None, near: declared, secret: declared.secret, choices: 0 }
    }

    /// Returns the place of `key` inside `value`, which is here.
    pub(super) fn key(&'walk self, value: &'walk Value, key: &'walk str, span: Option<Span>) -> Self {
        Self { key: span, ..self.inside(value, Step::Key(key)) }
    }

    /// Returns the place of an item of `value`, which is here.
    pub(super) fn item(&'walk self, value: &'walk Value, index: usize) -> Self {
        self.inside(value, Step::Item(index))
    }

    fn inside(&'walk self, value: &'walk Value, step: Step<'walk>) -> Self {
        let near = if value.origin.is_empty() { self.near } else { &value.origin };
        Self { parent: Some(self), step, key: None, near, secret: self.is_secret(value), choices: 0 }
    }

    /// Returns the same place inside one more alternative. There is none for alternatives that refer to themselves.
    pub(super) fn in_choice(&self) -> Option<Self> {
        (self.choices < MOST_CHOICES).then(|| Self { choices: self.choices + 1, ..*self })
    }

    /// Whether this is a whole document.
    pub(super) fn is_document(&self) -> bool {
        matches!(self.step, Step::Root(""))
    }

    /// Whether these are the metadata of a whole document.
    pub(super) fn is_metadata(&self) -> bool {
        matches!(self.step, Step::Key("metadata")) && self.parent.is_some_and(Place::is_document)
    }

    /// Whether `value`, which is here, must not be shown.
    pub(super) fn is_secret(&self, value: &Value) -> bool {
        self.secret || value.origin.secret
    }

    /// Returns the path in backticks, or nothing at the root of a document.
    pub(super) fn shown(&self) -> Option<String> {
        let path = self.path();
        (!path.is_empty()).then(|| format!("`{path}`"))
    }

    fn path(&self) -> String {
        let mut path = self.parent.map_or_else(String::new, Place::path);
        match self.step {
            Step::Root(at) => path.push_str(at),
            Step::Item(index) => path.extend(["[", &index.to_string(), "]"]),
            Step::Key(key)
                if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$')) =>
            {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Step::Key(key) => path.extend(["[\"", key, "\"]"]),
        }
        path
    }

    /// Labels `value`, which is here, and who decided it.
    pub(super) fn at_value(&self, diagnostic: Diagnostic, value: &Value, text: &str) -> Diagnostic {
        match self.key {
            Some(key) if value.origin.is_empty() => diagnostic.at(key, text),
            _ => diagnostic.decided_at(self.spans(value), text),
        }
    }

    /// Labels `key`, or what is nearest to it, and who decided `value`, the value of that key.
    pub(super) fn at_key(&self, diagnostic: Diagnostic, key: Option<Span>, value: &Value, text: &str) -> Diagnostic {
        match key {
            None => diagnostic.decided_at(self.spans(value), text),
            Some(key) => {
                // The value stands behind its key; only others that decided it are news.
                let deciders = value.origin.spans().get(1..).unwrap_or_default();
                deciders.iter().fold(diagnostic.at(key, text), |labelled, &span| labelled.at(span, "decided here"))
            }
        }
    }

    /// Labels where the map `value`, which is here, begins: its own key, else the first key inside it.
    pub(super) fn at_head(&self, diagnostic: Diagnostic, value: &Value, text: &str) -> Diagnostic {
        let first = match &value.node {
            Node::Map(map) => map.iter().find_map(|entry| entry.key_span),
            _ => None,
        };
        self.at_key(diagnostic, self.key.or(first), value, text)
    }

    fn spans<'any>(&self, value: &'any Value) -> &'any [Span]
    where
        'walk: 'any,
    {
        if value.origin.is_empty() { self.near.spans() } else { value.origin.spans() }
    }
}
