//! What a scalar is, as a key and as a value.

use std::ops::Range;

use super::{Builder, Key, Tag};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Node, Text};
use crate::yaml::kubectl;
use crate::yaml::place::place_in_scalar;
use crate::yaml::rules;
use crate::yaml::scalar::{self, Reading};

impl Builder<'_> {
    /// Returns the key that `text` is.
    pub(super) fn key(&mut self, text: &Text, plain: bool, tag: Option<(Tag, Range<usize>)>, span: Span) -> Key {
        if plain && text == "<<" && tag.is_none() {
            return Key::Merge(span);
        }
        match tag {
            Some((Tag::Str, _)) => return Key::Text(text.clone(), span),
            Some((tag, at)) => {
                self.wrong_tag(tag, at, "a key");
                return Key::Bad;
            }
            None => {}
        }
        let reading = match scalar::read(text) {
            _ if !plain => "",
            Reading::Text => "",
            Reading::Null => "nothing",
            Reading::Bool(_) => "a truth value",
            Reading::Int(_) | Reading::Float(_) | Reading::NotFinite => "a number",
            Reading::Disputed(_) => "not text to every reader",
        };
        if reading.is_empty() {
            return Key::Text(text.clone(), span);
        }
        self.diagnostics.push(
            rules::KEY_NOT_TEXT
                .found(format!("the key `{}` is {reading}", self.text(span)))
                .at(span, "a key of Kubernetes is text")
                .help(format!("quote it: `\"{text}\"`"))
                .refused(),
        );
        Key::Bad
    }

    /// Returns the value that `text` is.
    pub(super) fn scalar_node(
        &mut self,
        text: Text,
        plain: bool,
        tag: Option<(Tag, Range<usize>)>,
        span: Span,
    ) -> Node {
        let Some((tag, tag_at)) = tag else {
            return if plain { self.plain_node(text, span) } else { self.text_node(text, span) };
        };
        // A tag asks for a type whether or not there are quotes; what readers dispute stays disputed.
        let node = match (tag, scalar::read(&text)) {
            (Tag::Str, _) => return self.text_node(text, span),
            (Tag::Unknown | Tag::Map | Tag::Seq, _) => None,
            (_, Reading::Disputed(_) | Reading::NotFinite) => return self.plain_node(text, span),
            (Tag::Int, Reading::Int(number)) => Some(Node::Int(number)),
            (Tag::Int, Reading::Float(number)) if !number.contains(['.', 'e', 'E']) => Some(Node::Float(number)),
            (Tag::Float, Reading::Float(number)) => Some(Node::Float(number)),
            (Tag::Float, Reading::Int(number)) => Some(Node::Float(format!("{number}.0").into())),
            (Tag::Bool, Reading::Bool(truth)) => Some(Node::Bool(truth)),
            (Tag::Null, Reading::Null) => Some(Node::Null),
            _ => None,
        };
        node.unwrap_or_else(|| {
            self.wrong_tag(tag, tag_at, &format!("`{text}`"));
            Node::String(text)
        })
    }

    fn plain_node(&mut self, text: Text, span: Span) -> Node {
        match scalar::read(&text) {
            Reading::Null => Node::Null,
            Reading::Bool(truth) => Node::Bool(truth),
            Reading::Int(number) => Node::Int(number),
            Reading::Float(number) => Node::Float(number),
            Reading::Text => self.text_node(text, span),
            Reading::Disputed(dispute) => {
                let message =
                    format!("`{text}` is {} to YAML 1.1 readers, and {} to YAML 1.2 readers", dispute.old, dispute.new);
                let help = match &*dispute.old {
                    "`true`" | "`false`" => format!("quote it: `\"{text}\"`, or write {}", dispute.old),
                    "a date" | "an error" | "a merge key" => format!("quote it: `\"{text}\"`"),
                    _ => format!("quote it: `\"{text}\"`, or write the number in plain decimal digits"),
                };
                let found = rules::AMBIGUOUS_SCALAR.found(message).at(span, "readers disagree").help(help);
                self.diagnostics.push(found);
                // Whoever asks what an operator makes of a file means the file as kubectl sends it.
                match kubectl::read(&text) {
                    Reading::Bool(truth) => Node::Bool(truth),
                    Reading::Int(number) => Node::Int(number),
                    Reading::Float(number) => Node::Float(number),
                    _ => Node::String(text),
                }
            }
            Reading::NotFinite => {
                self.diagnostics.push(
                    rules::NOT_FINITE
                        .found(format!("`{text}` is no number that JSON can hold"))
                        .at(span, "the API server would refuse it")
                        .help(format!("quote it if text is meant: `\"{text}\"`"))
                        .refused(),
                );
                Node::String(text)
            }
        }
    }

    /// Returns the text, once every expression in it is known to end.
    fn text_node(&mut self, text: Text, span: Span) -> Node {
        if let Some(begin) = text.rfind("#{").filter(|&begin| !text[begin..].contains("}#")) {
            let at = place_in_scalar(self.source, span, &text, begin);
            self.diagnostics.push(
                Diagnostic::error("variables/unclosed-expression", "an expression begins with `#{` and does not end")
                    .at(at, "no `}#` follows")
                    .help("end the expression with `}#`")
                    .refused(),
            );
        }
        Node::String(text)
    }

    /// Tells a tag that is not known or does not fit `what`.
    pub(super) fn wrong_tag(&mut self, tag: Tag, at: Range<usize>, what: &str) {
        let span = self.span(at);
        let written = self.text(span);
        let error = match tag {
            Tag::Unknown => rules::UNKNOWN_TAG
                .found(format!("the tag `{written}` has no meaning in Kubernetes"))
                .help("leave the tag out"),
            _ => rules::TAG_DOES_NOT_FIT
                .found(format!("the tag `{written}` does not fit {what}"))
                .help("leave the tag out, or write a value of its type"),
        };
        self.diagnostics.push(error.at(span, "").refused());
    }
}
