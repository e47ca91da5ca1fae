//! Places inside a scalar.

use crate::source::{Source, Span};

/// Returns the place of the character at `offset` of the text `decoded` that the scalar at `span` stands for.
///
/// Exact in every style, escapes, folded lines and CRLF included; the whole scalar, where what stands there is not how
/// `decoded` came to be.
#[must_use]
pub fn place_in_scalar(source: &Source, span: Span, decoded: &str, offset: usize) -> Span {
    let found = || {
        let mut walk = Walk::begin(source.text(), span, decoded)?;
        while walk.seen < offset {
            walk.step(decoded)?;
        }
        walk.settle(decoded);
        let start = walk.at;
        let width = match walk.text.get(start..)?.chars().next() {
            None | Some('\n' | '\r') => 0,
            Some('\\') if walk.style == Style::Double => walk.escape()?.0,
            Some(next) => next.len_utf8(),
        };
        let end = (start + width).min(walk.text.len());
        Some(Span::new(span.file, start..end))
    };
    found().unwrap_or(span)
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Without quotes, on one line or several.
    Plain,
    Single,
    Double,
    /// A literal or folded block, whose lines begin behind so many blanks.
    Block(usize),
}

/// A walk along the text of a scalar and what it decodes to, side by side.
struct Walk<'text> {
    /// The source up to the end of the scalar.
    text: &'text str,
    style: Style,
    /// Where it is in the source.
    at: usize,
    /// Where it is in the decoded text.
    seen: usize,
}

impl<'text> Walk<'text> {
    /// Returns the walk at the beginning of the scalar.
    fn begin(text: &'text str, span: Span, decoded: &str) -> Option<Self> {
        let (start, end) = (span.start as usize, span.end as usize);
        let text = text.get(..end)?;
        let quote = text.as_bytes().get(start).filter(|_| text.get(start..) != Some(decoded));
        let (style, at) = match quote {
            Some(b'"') => (Style::Double, start + 1),
            Some(b'\'') => (Style::Single, start + 1),
            _ if is_block(&text[..start]) => {
                (Style::Block(start - text[..start].rfind('\n').map_or(0, |at| at + 1)), start)
            }
            _ => (Style::Plain, start),
        };
        // A block begins with the first line that is not empty.
        let skipped = match style {
            Style::Block(_) => decoded.bytes().take_while(|&byte| byte == b'\n').count(),
            _ => 0,
        };
        Some(Self { text, style, at, seen: skipped })
    }

    fn rest(&self) -> &'text str {
        &self.text[self.at..]
    }

    /// Goes one character on, in the source, the decoded text, or both.
    fn step(&mut self, decoded: &str) -> Option<()> {
        let wanted = decoded.get(self.seen..)?.chars().next()?;
        if self.line_break() {
            if matches!(wanted, '\n' | ' ') {
                self.seen += 1;
            }
            return Some(());
        }
        let next = self.rest().chars().next()?;
        match (self.style, next) {
            (Style::Double, '\\') => {
                let (length, decoded) = self.escape()?;
                self.at += length;
                if decoded {
                    self.seen += wanted.len_utf8();
                } else {
                    self.blanks(usize::MAX);
                }
            }
            (Style::Single, '\'') if wanted == '\'' && self.rest().starts_with("''") => {
                self.at += 2;
                self.seen += 1;
            }
            _ if next == wanted => {
                self.at += next.len_utf8();
                self.seen += next.len_utf8();
            }
            // Blanks at the end and at the beginning of a folded line.
            (Style::Plain | Style::Single | Style::Double, ' ' | '\t') => self.at += 1,
            _ => return None,
        }
        Some(())
    }

    /// Passes what stands for nothing before the character that is wanted: the rest of a folded line break.
    fn settle(&mut self, decoded: &str) {
        let Some(wanted) = decoded.get(self.seen..).and_then(|rest| rest.chars().next()) else { return };
        while !matches!(wanted, '\n' | ' ') && self.line_break() {}
    }

    /// Passes a line break, and the blanks before the next line that do not count.
    fn line_break(&mut self) -> bool {
        let length = match self.rest().as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => return false,
        };
        self.at += length;
        match self.style {
            Style::Block(indent) => self.blanks(indent),
            Style::Plain | Style::Single | Style::Double => self.blanks(usize::MAX),
        }
        true
    }

    fn blanks(&mut self, most: usize) {
        let is_blank = |byte: &u8| *byte == b' ' || *byte == b'\t' && most == usize::MAX;
        self.at += self.rest().bytes().take(most).take_while(is_blank).count();
    }

    /// Returns the length of the escape, and whether it stands for a character; else for a line break.
    fn escape(&self) -> Option<(usize, bool)> {
        Some(match self.rest().as_bytes().get(1)? {
            b'x' => (4, true),
            b'u' => (6, true),
            b'U' => (10, true),
            b'\r' if self.rest()[2..].starts_with('\n') => (3, false),
            b'\r' | b'\n' => (2, false),
            _ => (1 + self.rest()[1..].chars().next()?.len_utf8(), true),
        })
    }
}

/// Whether a block begins behind `before`: its last line that is not empty ends with the mark of a block.
fn is_block(before: &str) -> bool {
    let Some((head, indent)) = before.rsplit_once('\n') else { return false };
    let line = head.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line = line.split_once(" #").map_or(line, |(line, _)| line).trim_end();
    let mark = line.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-'));
    let Some(before) = mark.strip_suffix(['|', '>']) else { return false };
    indent.bytes().all(|byte| byte == b' ') && (before.is_empty() || before.ends_with([' ', '\t', ':', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::value::{Node, Value};
    use crate::yaml::parse;

    /// Finds `needle` in every scalar of `text` and returns the offset of the place found, and what stands there.
    #[track_caller]
    fn place(text: &str, needle: &str) -> (usize, String) {
        let source = Source::new("a.yaml", text.as_bytes().to_vec());
        let parsed = parse(FileId::from_index(0), &source);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let mut found = None;
        let mut look = |value: &Value| {
            if let Node::String(decoded) = &value.node
                && let Some(offset) = decoded.find(needle)
            {
                let span = place_in_scalar(&source, value.origin.spans()[0], decoded, offset);
                found = Some((span.range().start, text[span.range()].to_owned()));
            }
        };
        parsed.documents.iter().for_each(|document| document.walk(&mut |value| look(value)));
        found.expect("the text holds the needle")
    }

    #[test]
    fn exact_places() {
        for text in [
            "a: x ö §yz\n",
            "a: 'x ö §yz'\n",
            "a: \"x ö §yz\"\n",
            "a: |\n  ö = 1\n    deeper\n\n  x §yz\n",
            "a:\n  b: |2\n      first\n    x §yz\n",
            "a: |\r\n  ö = 1\r\n  x §yz\r\n",
            "a: |\n\n\n  first\n  x §yz\n",
            "- |-\n  §yz",
            "a: >\n  ö = 1\n  x §yz\n",
            "a: >-\n  ö\n\n\n    deeper\n    still\n  x\n  §yz\n",
            "a: >+\r\n  ö\r\n\r\n  x\r\n  §yz\r\n",
            "a: |  # why\n  \tx\t§yz\n",
            "a: \"x\\n\\u00e4 \\\"§yz\"\n",
            "a: \"x \\\n   y\n\n  z §\"\n",
            "a: 'it''s\n   x §yz'\n",
            "a: x  \n   y\n\n  z §\n",
            "a: x\r\n  \ty §\r\n",
        ] {
            let at = text.find('§').unwrap();
            assert_eq!(place(text, "§"), (at, "§".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn an_escape_is_shown_whole() {
        assert_eq!(place("a: \"x\\u00e4 §\"\n", "ä"), (5, "\\u00e4".to_owned()));
    }

    #[test]
    fn the_whole_scalar_where_the_text_came_from_elsewhere() {
        let source = Source::new("a.yaml", b"a: x #{ y }# z\n".to_vec());
        let span = Span::new(FileId::from_index(0), 3..14);
        assert_eq!(place_in_scalar(&source, span, "x filled z", 7).range(), 3..14);
    }
}
