//! The configuration of the servers: TOML inside YAML, read once, with the offset of each value in its text.

use std::ops::Range;

use crate::source::{FileId, Source, Sources, Span};
use crate::value::{Node, Origin, Traced, Value};
use crate::{variables, yaml};

/// A configuration that was read.
#[derive(Debug)]
pub(super) struct Config {
    /// The tables; empty where the text is no TOML. Places are offsets in the text and of no file.
    root: Value,
    /// What is wrong with the text, and where in it.
    pub(super) error: Option<(String, usize)>,
}

impl Config {
    pub(super) fn read(text: &str) -> Self {
        let source = Source::new("config.toml", text.as_bytes().to_vec());
        let (root, problems) = variables::parse_toml(FileId::from_index(0), &source);
        let error = problems.into_iter().next().map(|problem| {
            let offset = problem.labels.first().map_or(0, |label| label.span.range().start);
            (problem.message, offset)
        });
        Self { root, error }
    }

    /// Returns all tables.
    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// Returns the value at the end of `path`, `worker.snapshots.destination`.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.root, |table, key| table.get(key))
    }
}

/// Returns the place in the user's file of the bytes at `range` of `config`, then who else decided the text.
pub(super) fn place(config: &Traced<String>, range: Range<usize>, sources: &Sources) -> Vec<Span> {
    let mut places = config.origin().spans().to_vec();
    if let Some(first) = places.first_mut() {
        let source = sources.get(first.file);
        let found = yaml::place_in_scalar(source, *first, config.get(), range.start);
        // Where the same bytes stand in the file, all of them are the place, and not only their first character.
        let start = found.range().start;
        let whole = start..start + range.len();
        let same = source.text().get(whole.clone()) == config.get().get(range);
        *first = if same && !whole.is_empty() { Span::new(first.file, whole) } else { found };
    }
    places
}

/// Returns the text of a scalar, as an environment variable would have it.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match &value.node {
        Node::Bool(truth) => Some(truth.to_string()),
        Node::Int(number) => Some(number.to_string()),
        Node::Float(text) => Some(text.to_string()),
        Node::String(text) => Some(text.to_string()),
        Node::Null | Node::List(_) | Node::Map(_) => None,
    }
}

/// Returns where a value of a [`Config`] stands in its text.
pub(super) fn range(origin: &Origin) -> Range<usize> {
    origin.spans().first().map_or(0..0, |span| span.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_path() {
        let text = "a = 1\n[worker.snapshots]\naws-allow-http = true\n";
        let config = Config::read(text);
        let value = config.at("worker.snapshots.aws-allow-http").unwrap();
        assert_eq!(scalar(value).as_deref(), Some("true"));
        assert_eq!(&text[range(&value.origin)], "true");
        assert!(config.error.is_none() && config.at("worker.a").is_none());
    }

    #[test]
    fn errors_have_an_offset() {
        let (message, at) = Config::read("a = 1\nthis is not [toml").error.unwrap();
        assert_eq!((message.as_str(), at), ("key with no value, expected `=`", 11));
    }
}
