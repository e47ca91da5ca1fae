//! Text to values with places: the one user of the YAML parser.

use super::rules;
use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag as ParserTag, options};

use super::build::{Builder, Properties, Stop, Tag};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Source, Span};
use crate::value::{Text, Value};

/// The documents of one file, and what is wrong with its text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents that are not empty, in order; without those that cannot be read.
    pub documents: Vec<Value>,
    /// What cannot be read, or would be read differently elsewhere.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the documents of `source`, each node with its place.
///
/// A document with a syntax error is left out and the next one is read; other errors leave the rest of theirs readable.
#[must_use]
pub fn parse(file: FileId, source: &Source) -> Parsed {
    if let Some(at) = source.not_utf8_at() {
        return Parsed { documents: Vec::new(), diagnostics: vec![not_utf8(file, source, at)] };
    }
    let text = source.text();
    let mut parser = Parser::new_from_str_with_options(
        text,
        options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: usize::MAX,
        },
    );
    let mut builder = Builder::new(file, source);
    let mut documents = Vec::new();
    while let Some(next) = parser.next_event() {
        let stop = match next {
            Ok((Event::DocumentStart(..), _)) => {
                builder.start_document();
                Ok(())
            }
            Ok((Event::DocumentEnd, _)) => {
                documents.extend(builder.end_document());
                Ok(())
            }
            Ok((event, span)) => {
                let at = bytes(&span, text);
                let tag_at = span.tag_span().map(|span| bytes(&span, text));
                take(&mut builder, event, at, tag_at, text)
            }
            Err(error) => Err(syntax_error(&mut builder, &error, text)),
        };
        let next_document = match stop {
            Ok(()) => true,
            Err(Stop::File) => false,
            Err(Stop::Document) => {
                builder.start_document();
                parser.proceed_next_document().unwrap_or_else(|error| {
                    syntax_error(&mut builder, &error, text);
                    false
                })
            }
        };
        if !next_document {
            break;
        }
    }
    Parsed { documents, diagnostics: builder.diagnostics }
}

/// Hands an event on.
fn take(
    builder: &mut Builder<'_>,
    event: Event<'_>,
    at: Range<usize>,
    tag_at: Option<Range<usize>>,
    text: &str,
) -> Result<(), Stop> {
    let properties = |anchor: usize, tag: Option<&ParserTag>, at: Range<usize>| {
        let tag_at = tag_at.unwrap_or_else(|| at.clone());
        Properties { at, anchor, tag: tag.map(|tag| (known_tag(tag), tag_at)) }
    };
    match event {
        Event::Scalar(content, style, anchor, tag) => {
            let plain = style == ScalarStyle::Plain;
            let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
            let at = if is_block { without_blank_end(at, text) } else { at };
            // What is not there comes as a tilde.
            let content: Text =
                if plain && at.is_empty() { Cow::Borrowed("") } else { Cow::Owned(content.into_owned()) };
            builder.scalar(content, plain, properties(anchor, tag.as_deref(), at))
        }
        Event::SequenceStart(_, anchor, tag) => builder.open_list(properties(anchor, tag.as_deref(), at)),
        Event::MappingStart(_, anchor, tag) => builder.open_map(properties(anchor, tag.as_deref(), at)),
        Event::SequenceEnd | Event::MappingEnd => builder.close(at),
        Event::Anchor(_, name) => {
            builder.name_anchor(&name);
            Ok(())
        }
        Event::Alias(id) => builder.alias(id, at),
        Event::UnresolvedAlias(name) => builder.unknown_alias(&name, at),
        Event::Comment(comment, _) => {
            if comment.starts_with('{') {
                let span = builder.span(at);
                builder.diagnostics.push(expression_in_comment(span, &comment));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Returns what a tag asks for; `!` alone asks for text.
fn known_tag(tag: &ParserTag) -> Tag {
    match tag.core_suffix() {
        Some("str") => Tag::Str,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("bool") => Tag::Bool,
        Some("null") => Tag::Null,
        Some("map") => Tag::Map,
        Some("seq") => Tag::Seq,
        _ if tag.original() == "!" => Tag::Str,
        _ => Tag::Unknown,
    }
}

/// Returns the bytes of a place, inside the text and between characters whatever the parser says.
fn bytes(span: &granit_parser::Span, text: &str) -> Range<usize> {
    let range = span.byte_range().unwrap_or_default();
    let inside = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
    let start = inside(range.start);
    start..inside(range.end).max(start)
}

/// Returns the place of a block scalar without the line breaks and blanks at its end.
fn without_blank_end(at: Range<usize>, text: &str) -> Range<usize> {
    at.start..at.start + text[at.clone()].trim_end_matches([' ', '\t', '\r', '\n']).len()
}

fn not_utf8(file: FileId, source: &Source, at: usize) -> Diagnostic {
    let width = source.text().get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    rules::NOT_UTF8
        .found("the file is not UTF-8")
        .at(Span::new(file, at..at + width), "the first byte that is not")
        .help("save the file as UTF-8")
        .refused()
}

fn expression_in_comment(span: Span, comment: &str) -> Diagnostic {
    let comment = comment.trim_end();
    let error = rules::EXPRESSION_IN_COMMENT.found("the expression is a comment to YAML: nothing reads it");
    let help = if comment.ends_with("}#") && comment.len() < 80 {
        format!("quote the whole value: `\"#{}\"`", comment.replace('"', "'"))
    } else {
        "quote the whole value, or put a blank behind the `#` of a comment".to_owned()
    };
    error.at(span, "a ` #` begins a comment").help(help).refused()
}

/// Tells a syntax error in our own words, at its place.
fn syntax_error(builder: &mut Builder<'_>, error: &ScanError, text: &str) -> Stop {
    let at = bytes(&granit_parser::Span::empty(*error.marker()), text).start;
    let width =
        |at: usize| text[at..].chars().next().filter(|next| !matches!(next, '\n' | '\r')).map_or(0, char::len_utf8);
    let span = builder.span(at..at + width(at));
    let diagnostic = match error.kind() {
        ErrorKind::RecursionLimitExceeded => return builder.too_deep(span),
        ErrorKind::UnexpectedCharacter { character } if !matches!(character, ' '..='~') => {
            let found = text[at..].find(*character).map_or(at, |offset| at + offset);
            rules::UNPRINTABLE_CHARACTER
                .found(format!("the character `{}` must not stand in YAML as it is", character.escape_unicode()))
                .at(builder.span(found..found + width(found)), "cannot be printed")
                .help("remove it, or write it as an escape between double quotes")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey
            if text[..at].rsplit('\n').next().is_some_and(|line| line.chars().nth(1024).is_some()) =>
        {
            rules::KEY_TOO_LONG
                .found("a key of more than 1024 characters is not found")
                .at(span, "its colon comes too late")
                .help("write a `? ` before the key, and its `: ` on a line of its own")
        }
        kind => {
            let (message, help) = in_our_words(kind);
            let diagnostic = rules::SYNTAX.found(message).at(span, "");
            match help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            }
        }
    };
    builder.diagnostics.push(diagnostic.refused());
    Stop::Document
}

/// Returns the message and the remedy for the errors that people make; the parser's words for the others.
fn in_our_words(kind: &ErrorKind) -> (String, Option<&'static str>) {
    let (message, help) = match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab cannot indent", "indent with spaces"),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement | ErrorKind::MappingKeyNotAllowed => {
            ("a `key: value` cannot stand here", "quote text that holds `: `, or indent the key as its neighbours are")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::SimpleKeyExpected => (
            "this line fits neither the map nor the text above it",
            "indent the keys of one map alike, each with its `:`",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => {
            ("a list goes on with something else than `- `", "begin each item of the list with `- `, indented alike")
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            ("a list item cannot stand here", "begin the list on a line of its own, or quote the text")
        }
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("the quoted text does not end before this line", "close the quotes, or indent the lines between them")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("something follows the quoted text", "quote the whole value; double a `'` inside single quotes")
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            ("YAML knows no such escape", "write `\\\\` for a backslash, or use single quotes")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let message = format!("a value cannot begin with `{character}`");
            return (message, Some("quote the value"));
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let message = format!("the `{open}` is never closed");
            return (message, Some("close it, or quote the text"));
        }
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            ("a bracket closes what is not open", "open it, or quote the text")
        }
        ErrorKind::ExpectedFlowMappingSeparator => ("a `,` or `}` is missing", "part the entries by `,`"),
        ErrorKind::ExpectedFlowSequenceSeparator => ("a `,` or `]` is missing", "part the items by `,`"),
        ErrorKind::ExpectedDocumentStart => {
            ("the document has ended and something follows", "part documents by a line `---`")
        }
        ErrorKind::CommentInterceptedScalar => {
            ("a comment interrupts the text", "write the text as a block (`|`), or move the comment")
        }
        ErrorKind::InvalidBlockScalarIndent => {
            ("the first lines of the block are indented further than its text", "indent the block's lines alike")
        }
        other => return (other.to_string(), None),
    };
    (message.to_owned(), Some(help))
}

#[cfg(test)]
mod tests;
