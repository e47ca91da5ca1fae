//! Values to one canonical text.
//!
//! The same value always makes the same bytes, and every reader of YAML 1.1 and 1.2 takes them for that value: block
//! style, two spaces, list items below their key and further in, the keys of an object in the order in which people
//! look for them, text plain only by [allow-list](super::plain::may_be_plain), never folded, never anchors.

use std::fmt::Write as _;

use super::plain::may_be_plain;
use super::scalar;
use super::trace::{Lines, Trace, Untraced};
use crate::value::{Entry, Map, Node, Origin, Value};

/// Keys that take more bytes are written behind a `?`: YAML ends the search for a colon after 1024 characters.
const LONGEST_SIMPLE_KEY: usize = 1000;

/// Returns the canonical text of `value`.
#[must_use]
pub fn emit(value: &Value) -> String {
    write(value, Untraced).0
}

/// Returns the canonical text of `value` and, for each of its lines, who decided it.
///
/// A line names the places of the scalars on it, then those of the maps and lists around them that say more than that
/// they contain what is named already.
#[must_use]
pub fn emit_traced(value: &Value) -> (String, Vec<Origin>) {
    let (text, trace) = write(value, Trace::default());
    (text, trace.into_lines())
}

/// Returns `value` with its keys in the order in which [`emit`] writes them.
#[must_use]
pub fn in_order(value: &Value) -> Value {
    let node = match &value.node {
        Node::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|entry| order(&entry.key));
            let mut sorted = Map::new();
            for entry in entries {
                sorted.push(Entry { value: in_order(&entry.value), ..entry.clone() });
            }
            Node::Map(sorted)
        }
        Node::List(items) => Node::List(items.iter().map(in_order).collect()),
        scalar => scalar.clone(),
    };
    Value { node, origin: value.origin.clone() }
}

fn write<'value, L: Lines<'value>>(value: &'value Value, lines: L) -> (String, L) {
    let mut writer = Writer { out: String::with_capacity(1024), lines, sorted: Vec::new() };
    writer.out.push_str("---");
    // The line is there because the document is.
    writer.lines.enter(&value.origin);
    writer.end_line();
    writer.lines.leave();
    writer.node(value, 0, Before::LineStart);
    (writer.out, writer.lines)
}

/// What stands on the line already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing.
    LineStart,
    /// A dash and a blank.
    Dash,
    /// A key and its colon.
    Colon,
}

struct Writer<'value, L> {
    out: String,
    lines: L,
    /// The entries of the maps being written, each map's behind those of the map around it.
    sorted: Vec<&'value Entry>,
}

impl<'value, L: Lines<'value>> Writer<'value, L> {
    /// Writes `value`, whose lines are indented by `indent` (those of a block of text by two more).
    fn node(&mut self, value: &'value Value, indent: usize, before: Before) {
        match &value.node {
            Node::Map(map) if !map.is_empty() => {
                self.lines.enter(&value.origin);
                let indent = self.start_collection(indent, before);
                self.map(map, indent, before == Before::Dash);
                self.lines.leave();
            }
            Node::List(items) if !items.is_empty() => {
                self.lines.enter(&value.origin);
                let indent = self.start_collection(indent, before);
                self.list(items, indent, before == Before::Dash);
                self.lines.leave();
            }
            _ => {
                if before == Before::Colon {
                    self.out.push(' ');
                }
                self.lines.stands(&value.origin);
                self.scalar(value, indent);
            }
        }
    }

    /// Ends the line of a key; returns the indentation of what follows.
    fn start_collection(&mut self, indent: usize, before: Before) -> usize {
        match before {
            Before::LineStart => indent,
            Before::Dash => indent + 2,
            Before::Colon => {
                self.end_line();
                indent + 2
            }
        }
    }

    fn map(&mut self, map: &'value Map, indent: usize, mut begun: bool) {
        let start = self.sorted.len();
        self.sorted.extend(map);
        self.sorted[start..].sort_unstable_by_key(|entry| order(&entry.key));
        for index in start..start + map.len() {
            let entry = self.sorted[index];
            if !std::mem::take(&mut begun) {
                self.indent(indent);
            }
            if let Some(span) = entry.key_span {
                self.lines.key(span);
            }
            self.key(&entry.key, indent);
            self.node(&entry.value, indent, Before::Colon);
        }
        self.sorted.truncate(start);
    }

    fn list(&mut self, items: &'value [Value], indent: usize, mut begun: bool) {
        for item in items {
            if !std::mem::take(&mut begun) {
                self.indent(indent);
            }
            self.out.push_str("- ");
            self.node(item, indent, Before::Dash);
        }
    }

    /// Writes a key and its colon.
    fn key(&mut self, key: &str, indent: usize) {
        let start = self.out.len();
        if may_be_plain(key) && !key.contains(':') {
            self.out.push_str(key);
        } else {
            quote(key, &mut self.out);
        }
        if self.out.len() - start > LONGEST_SIMPLE_KEY {
            self.out.insert_str(start, "? ");
            self.end_line();
            self.indent(indent);
        }
        self.out.push(':');
    }

    /// Writes a scalar, an empty map or an empty list, and ends its line.
    fn scalar(&mut self, value: &Value, indent: usize) {
        match &value.node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(true) => self.out.push_str("true"),
            Node::Bool(false) => self.out.push_str("false"),
            Node::Int(number) => write!(self.out, "{number}").expect("a String takes all text"),
            // Code may have put something else than a number there: it stays readable as the text that it is.
            Node::Float(text) => match scalar::portable_number(text) {
                Some(number) => self.out.push_str(&number),
                None => quote(text, &mut self.out),
            },
            Node::List(_) => self.out.push_str("[]"),
            Node::Map(_) => self.out.push_str("{}"),
            Node::String(text) if may_be_plain(text) => self.out.push_str(text),
            Node::String(text) if may_be_block(text) => return self.block(text, indent + 2),
            Node::String(text) => quote(text, &mut self.out),
        }
        self.end_line();
    }

    /// Writes text of several lines as it is.
    fn block(&mut self, text: &str, indent: usize) {
        self.out.push_str(match text.strip_suffix('\n') {
            None => "|-",
            Some(rest) if rest.ends_with('\n') => "|+",
            Some(_) => "|",
        });
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.out.push('\n');
            self.lines.end_and_repeat();
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
        }
        self.end_line();
    }

    fn indent(&mut self, mut columns: usize) {
        const BLANKS: &str = "                                ";
        while columns > 0 {
            let part = columns.min(BLANKS.len());
            self.out.push_str(&BLANKS[..part]);
            columns -= part;
        }
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.lines.end();
    }
}

/// What keys are sorted by, at every level: those that say what a thing is, then the others by their bytes.
fn order(key: &str) -> (u8, &str) {
    let rank = match key {
        "apiVersion" => 0,
        "kind" => 1,
        "metadata" => 2,
        "name" => 3,
        "namespace" => 4,
        _ => 5,
    };
    (rank, key)
}

/// Whether `text` may be written as a block with its own line breaks.
///
/// The first line gives the indentation, so it must begin with something visible; lines of blanks alone are cut by
/// editors and taken differently by readers.
fn may_be_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with(['\n', ' ', '\t'])
        && text.chars().all(|character| matches!(character, ' '..='~' | '\n' | '\t') || !must_be_escaped(character))
        && text.split('\n').all(|line| line.is_empty() || line.bytes().any(|byte| !matches!(byte, b' ' | b'\t')))
}

/// Whether `character` is escaped between quotes: it is a control, cannot be seen, changes the order in which text is
/// shown, or is no character.
///
/// A fixed table rather than the properties of the standard library, which change with the Unicode version.
fn must_be_escaped(character: char) -> bool {
    let code = u32::from(character);
    let outside_ascii = || {
        matches!(
            code,
            0x7f..=0xa0
                | 0xad
                | 0x61c
                | 0x180e
                | 0x200b..=0x200f
                | 0x2028..=0x202f
                | 0x205f..=0x206f
                | 0x3000
                | 0xe000..=0xf8ff
                | 0xfdd0..=0xfdef
                | 0xfeff
                | 0xfff0..=0xfffb
                | 0xe0000..
        ) || code & 0xfffe == 0xfffe
    };
    code < 0x20 || (code > 0x7e && outside_ascii())
}

/// Writes `text` between double quotes, on one line.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if must_be_escaped(character) => {
                let code = u32::from(character);
                match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                }
                .expect("a String takes all text");
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
