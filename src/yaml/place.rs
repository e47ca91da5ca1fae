//! Places inside a scalar.

use crate::source::{Source, Span};

/// Returns the place of the character at `offset` of the text `decoded` that the scalar at `span` stands for.
///
/// Exact for plain and quoted scalars up to the first escape or line break, and for literal blocks (`|`); else the
/// whole scalar.
#[must_use]
pub fn place_in_scalar(source: &Source, span: Span, decoded: &str, offset: usize) -> Span {
    let found = || {
        let slice = source.text().get(span.range())?;
        let inner = in_one_line(slice, decoded, offset).or_else(|| in_block(source.text(), span, decoded, offset))?;
        let start = span.start as usize + inner;
        let width = source
            .text()
            .get(start..)?
            .chars()
            .next()
            .filter(|next| !matches!(next, '\n' | '\r'))
            .map_or(0, char::len_utf8);
        let end = (start + width).min(span.end as usize);
        Some(Span::new(span.file, start..end))
    };
    found().unwrap_or(span)
}

/// Returns the offset in `slice`, if the scalar stands there as it is decoded up to `offset`.
fn in_one_line(slice: &str, decoded: &str, offset: usize) -> Option<usize> {
    let quote = slice.bytes().next().filter(|first| matches!(first, b'"' | b'\'') && slice != decoded);
    let before = decoded.get(..offset)?;
    let inner = if quote.is_some() { &slice[1..] } else { slice };
    let plain =
        inner.starts_with(before) && !before.contains('\n') && !(quote.is_some() && before.contains(['\\', '\'']));
    plain.then(|| offset + usize::from(quote.is_some()))
}

/// Returns the offset from the start of the literal block at `span`, whose lines are those of `decoded` but for the
/// indentation.
fn in_block(text: &str, span: Span, decoded: &str, offset: usize) -> Option<usize> {
    let start = span.start as usize;
    let indent = start - text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    // The span begins with the first line that is not empty.
    let skipped = decoded.bytes().take_while(|&byte| byte == b'\n').count();
    let wanted = offset.checked_sub(skipped)?;
    let (mut at, mut seen) = (start, 0);
    for line in decoded[skipped..].split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        if !text.get(at..)?.starts_with(content) {
            return None;
        }
        if wanted <= seen + content.len() {
            return Some(at + (wanted - seen) - start);
        }
        seen += line.len();
        at += text[at..].find('\n')? + 1;
        at += text[at..].bytes().take(indent).take_while(|&byte| byte == b' ').count();
    }
    None
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
        ] {
            let at = text.find('§').unwrap();
            assert_eq!(place(text, "§"), (at, "§".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn the_whole_scalar_where_it_is_hard() {
        assert_eq!(place("a: \"\\u00e4 §\"\n", "§"), (3, "\"\\u00e4 §\"".to_owned()));
        assert_eq!(place("a: >\n  x\n  §\n", "§"), (7, "x\n  §".to_owned()));
    }
}
