//! One value against all schemas it must fit: first its type, then what belongs to that type.

use serde_json::Value as Json;

use super::facets::Facets;
use super::place::Place;
use super::rules;
use crate::diagnostic::Diagnostic;
use crate::kube::quoted;
use crate::value::{Node, Value};

/// A walk over a value and the schemas of `root`.
pub(super) struct Walk<'walk, 'schema> {
    pub(super) root: &'schema Json,
    pub(super) report: &'walk mut Vec<Diagnostic>,
    /// Whether this is an alternative of a schema that names all fields itself: others are not unknown here.
    pub(super) partial: bool,
}

impl<'walk, 'schema> Walk<'walk, 'schema> {
    pub(super) fn new(root: &'schema Json, report: &'walk mut Vec<Diagnostic>) -> Self {
        Self { root, report, partial: false }
    }

    /// Checks a value that must fit `schema`.
    pub(super) fn value(&mut self, value: &Value, schema: &'schema Json, place: &Place<'_>) {
        let facets = Facets::of(self.root, schema);
        self.facets(value, &facets, place);
    }

    /// Checks a value that must fit all `schemas`.
    pub(super) fn values(&mut self, value: &Value, schemas: impl Iterator<Item = &'schema Json>, place: &Place<'_>) {
        let mut facets = Facets::default();
        for schema in schemas {
            let more = Facets::of(self.root, schema);
            facets.all.extend(more.all);
            facets.choices.extend(more.choices);
            facets.never |= more.never;
        }
        self.facets(value, &facets, place);
    }

    fn facets(&mut self, value: &Value, facets: &Facets<'schema>, place: &Place<'_>) {
        if facets.never {
            return self.wrong(value, "nothing", place);
        }
        if value.is_null() && (facets.is_set("nullable") || value.origin.unknown) {
            return;
        }
        if let Some(types) = facets.types().find(|types| !types.iter().any(|name| has_type(value, name))) {
            return self.wrong(value, &expectation(&types), place);
        }
        match &value.node {
            Node::Map(map) => self.map(value, map, facets, place),
            Node::List(items) => self.list(value, items, facets, place),
            _ => self.scalar(value, facets, place),
        }
        for choice in &facets.choices {
            self.choice(value, choice, facets, place);
        }
    }

    /// Reports a finding that the resource's own schema refuses.
    pub(super) fn refuse(&mut self, diagnostic: Diagnostic) {
        self.report.push(diagnostic.refused());
    }

    /// Reports a wrong type. `expected` is in words: "an integer".
    pub(super) fn wrong(&mut self, value: &Value, expected: &str, place: &Place<'_>) {
        let found = found(value, place);
        let message = match place.shown() {
            Some(at) => format!("expected {expected} at {at}, found {found}"),
            None => format!("expected {expected}, found {found}"),
        };
        let diagnostic = rules::WRONG_TYPE.found(message);
        let label = format!("expected {expected}");
        // Of a map or list, the head is enough: it may be pages long.
        let mut diagnostic = match value.node {
            Node::Map(_) | Node::List(_) => place.at_head(diagnostic, value, &label),
            _ => place.at_value(diagnostic, value, &label),
        };
        diagnostic.help = remedy(value, expected, place.is_secret(value));
        self.refuse(diagnostic);
    }
}

/// Whether `value` is of the JSON Schema type `name`.
pub(super) fn has_type(value: &Value, name: &str) -> bool {
    match value.node {
        Node::Null => name == "null",
        Node::Bool(_) => name == "boolean",
        Node::Int(_) => matches!(name, "integer" | "number"),
        Node::Float(_) => name == "number",
        Node::String(_) => name == "string",
        Node::List(_) => name == "array",
        Node::Map(_) => name == "object",
    }
}

/// Returns the types in words: "an integer or a string".
pub(super) fn expectation(types: &[&str]) -> String {
    let mut words = Vec::new();
    for name in types {
        let word = match *name {
            "boolean" => "a boolean",
            "integer" => "an integer",
            "number" => "a number",
            "string" => "a string",
            "array" => "a list",
            "object" => "a map",
            // Whoever may write null may as well leave the field out.
            _ => continue,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.as_slice() {
        [] => "null".to_owned(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// Returns what was found, in words and with the value where it may be shown.
fn found(value: &Value, place: &Place<'_>) -> String {
    match scalar_text(value) {
        Some(text) if !place.is_secret(value) => {
            let (_, kind) = value.kind_name().split_once(' ').expect("only null has no article, and it has no text");
            format!("the {kind} {}", quoted(&text))
        }
        _ => value.kind_name().to_owned(),
    }
}

/// Returns the text of a scalar as it would be written.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match &value.node {
        Node::Bool(truth) => Some(truth.to_string()),
        Node::Int(number) => Some(number.to_string()),
        Node::Float(text) => Some(text.to_string()),
        Node::String(text) => Some(text.to_string()),
        Node::Null | Node::List(_) | Node::Map(_) => None,
    }
}

/// Returns what to do when the value is right but for its quotes or its list.
fn remedy(value: &Value, expected: &str, secret: bool) -> Option<String> {
    let wanted = |name: &str| expected.split(" or ").flat_map(|part| part.split(", ")).any(|part| part == name);
    let text = scalar_text(value);
    match (&value.node, text) {
        (Node::Bool(_) | Node::Int(_) | Node::Float(_), Some(text)) if wanted("a string") => {
            Some(if secret { "quote it".to_owned() } else { format!("quote it: `\"{text}\"`") })
        }
        (Node::String(_), Some(text)) => {
            let number = wanted("an integer") && text.parse::<i64>().is_ok()
                || wanted("a number") && text.parse::<f64>().is_ok_and(f64::is_finite);
            let fits = number || wanted("a boolean") && matches!(text.as_str(), "true" | "false");
            if fits {
                Some(if secret { "remove the quotes".to_owned() } else { format!("remove the quotes: `{text}`") })
            } else {
                wanted("a list").then(|| "write it as an item of a list, behind `- `".to_owned())
            }
        }
        (Node::Map(_), _) if wanted("a list") => Some("write it as an item of a list, behind `- `".to_owned()),
        _ => None,
    }
}
