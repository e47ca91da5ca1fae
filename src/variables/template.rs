//! `#{ expr }#` inside a scalar.

use super::{Variables, expression};
use crate::diagnostic::Rule;
use crate::value::{Node, Origin, Value};

pub(super) const UNCLOSED: Rule = Rule::refusal(
    "variables/unclosed-expression",
    "a `#{` has no `}#`",
    "An expression that does not end would stand in the manifest as text.",
    "close the expression with `}#`",
);

pub(super) const NOT_TEXT: Rule = Rule::refusal(
    "variables/not-text",
    "an expression inside longer text is null, a list or a map",
    "Only texts, numbers and truth values have one obvious spelling inside a text.",
    "let the expression be the whole value, or pick a part of it",
);

/// One piece of a scalar.
#[derive(Debug, PartialEq)]
enum Piece<'text> {
    Text(&'text str),
    Expression(&'text str),
    Unclosed,
}

/// Returns the pieces of `text`. An `}#` inside a quoted string of an expression does not end it.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("#{") {
        if open > 0 {
            pieces.push(Piece::Text(&rest[..open]));
        }
        let inner = &rest[open + 2..];
        let Some(close) = close(inner) else {
            pieces.push(Piece::Unclosed);
            return pieces;
        };
        pieces.push(Piece::Expression(inner[..close].trim()));
        rest = &inner[close + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Returns where the `}#` stands that ends an expression.
fn close(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '}') if text[at + 1..].starts_with('#') => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether the last `#{` of `text` has no `}#` at all. Whoever reads a text knows the exact place and tells it.
pub(super) fn is_open(text: &str) -> bool {
    text.rfind("#{").is_some_and(|begin| !text[begin..].contains("}#"))
}

/// Fills the expressions of `text`. A scalar that is one expression takes its value as it is.
pub(super) fn fill(text: &str, place: &Origin, variables: &Variables) -> Option<Value> {
    let pieces = pieces(text);
    if pieces.contains(&Piece::Unclosed) {
        if !is_open(text) {
            let found = UNCLOSED.found("a quotation mark inside an expression hides its `}#`");
            let help = "end the text inside the expression with the quotation mark that begins it";
            variables.problem(found.help(help).decided_at(place.spans(), ""));
        }
        return None;
    }
    if let [Piece::Expression(expression)] = pieces[..] {
        return expression::evaluate(expression, place, variables);
    }
    let mut made = String::with_capacity(text.len());
    let mut origin = place.clone();
    for piece in pieces {
        match piece {
            Piece::Text(text) => made.push_str(text),
            Piece::Unclosed => {}
            Piece::Expression(expression) => {
                let value = expression::evaluate(expression, place, variables)?;
                if value.origin.unknown {
                    return None;
                }
                match &value.node {
                    Node::String(text) => made.push_str(text),
                    Node::Int(number) => made.push_str(&number.to_string()),
                    Node::Float(number) => made.push_str(number),
                    Node::Bool(truth) => made.push_str(if *truth { "true" } else { "false" }),
                    Node::Null | Node::List(_) | Node::Map(_) => {
                        let found =
                            NOT_TEXT.found(format!("`#{{ {expression} }}#` is {} inside text", value.kind_name()));
                        variables.problem(found.decided_at(value.origin.spans(), ""));
                        return None;
                    }
                }
                origin.add(&value.origin);
            }
        }
    }
    Some(Value { node: Node::from(made), origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_scalar() {
        assert_eq!(
            pieces("a#{ x }#b#{ y | default(\"}#\") }#"),
            [Piece::Text("a"), Piece::Expression("x"), Piece::Text("b"), Piece::Expression("y | default(\"}#\")")]
        );
        assert_eq!(pieces("#{ x"), [Piece::Unclosed]);
        assert!(is_open("#{ x }# #{ y") && !is_open("#{ x }#") && !is_open("#{ \"x }#"));
    }
}
