//! Variables from `cluster.toml`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::template;
use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{FileId, Source, Span};
use crate::value::{Entry, Map, Node, Origin, Value};

/// The file is no TOML.
pub(crate) const SYNTAX: Rule = Rule::refusal(
    "toml/syntax",
    "the text is no TOML",
    "Nothing of the file can be used before it can be read.",
    "correct the text at the place shown",
);

/// Reads the variables of `source`, each value and key with its place.
#[must_use]
pub fn parse(file: FileId, source: &Source) -> (Value, Vec<Diagnostic>) {
    match DeTable::parse(source.text()) {
        Ok(table) => {
            let span = Span::new(file, 0..source.text().len());
            let value = Value { node: Node::Map(map(file, table.get_ref())), origin: Origin::at(span) };
            let mut problems = Vec::new();
            value.walk(&mut |inner| {
                if inner.as_str().is_some_and(template::is_open) {
                    let found = template::UNCLOSED.found("an expression begins with `#{` and does not end");
                    problems.push(found.decided_at(inner.origin.spans(), "no `}#` follows"));
                }
            });
            (value, problems)
        }
        Err(error) => {
            let span = Span::new(file, error.span().unwrap_or(0..0));
            (Value::new(Map::new()), vec![SYNTAX.found(error.message().to_lowercase()).at(span, "")])
        }
    }
}

fn map(file: FileId, table: &DeTable<'_>) -> Map {
    let mut map = Map::new();
    for (key, inner) in table {
        map.push(Entry {
            key: key.get_ref().to_string().into(),
            key_span: Some(Span::new(file, key.span())),
            value: value(file, inner),
        });
    }
    map
}

fn value(file: FileId, spanned: &Spanned<DeValue<'_>>) -> Value {
    let node = match spanned.get_ref() {
        DeValue::String(text) => Node::from(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Node::Int(number),
            Err(_) => Node::Float(number.as_str().into()),
        },
        DeValue::Float(number) => Node::Float(number.as_str().into()),
        DeValue::Boolean(truth) => Node::Bool(*truth),
        DeValue::Datetime(time) => Node::from(time.to_string()),
        DeValue::Array(items) => Node::List(items.iter().map(|item| value(file, item)).collect()),
        DeValue::Table(table) => Node::Map(map(file, table)),
    };
    Value { node, origin: Origin::at(Span::new(file, spanned.span())) }
}
