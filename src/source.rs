//! Source texts and places in them.

use std::fmt;
use std::ops::Range;

/// The number of a file in [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileId(u32);

impl FileId {
    /// Returns the position of the file in [`Sources::iter`].
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// Returns the identifier of the file at `index`.
    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).expect("fewer than 2^32 files fit into memory"))
    }
}

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span of `range` in `file`. Inputs larger than 4 GiB are refused when they are read.
    #[must_use]
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |byte: usize| u32::try_from(byte).expect("sources are smaller than 4 GiB");
        Self { file, start: offset(range.start), end: offset(range.end) }
    }

    /// Returns the bytes of the file that the span covers.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether every byte of `other` is a byte of this span.
    #[must_use]
    pub fn covers(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// One input file: its name below the project, with `/`, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    not_utf8_at: Option<usize>,
}

impl Source {
    /// Takes the bytes of the file `name`. Bytes that are not UTF-8 are kept as replacement characters and remembered.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let (text, not_utf8_at) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(at))
            }
        };
        Self { name: name.into(), text, not_utf8_at }
    }

    /// Returns the name, relative to the project and with `/`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the offset of the first byte that is not UTF-8.
    #[must_use]
    pub fn not_utf8_at(&self) -> Option<usize> {
        self.not_utf8_at
    }
}

/// Line and column of a place, both counted from 1; columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// All inputs of a compile, sorted by name.
#[derive(Clone, Default, Debug)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Returns `files` sorted by name, so that the order in which they were found cannot matter.
    #[must_use]
    pub fn new(mut files: Vec<Source>) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Self { files }
    }

    /// Returns the files with their identifiers, by name.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(index, source)| (FileId::from_index(index), source))
    }

    /// Returns the file `id`.
    #[must_use]
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.index()]
    }

    /// Returns where `span` begins.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let text = self.get(span.file).text();
        let before = &text[..floor_char_boundary(text, span.start as usize)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Returns `FILE:LINE:COLUMN` of the beginning of `span`.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        format!("{}:{}", self.get(span.file).name(), self.position(span))
    }
}

/// Returns the largest offset up to `at` that does not cut a character of `text`.
fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let sources = Sources::new(vec![Source::new("a", "ä: 1\nö: ü\n".as_bytes().to_vec())]);
        let file = FileId::from_index(0);
        let at = sources.get(file).text().find('ü').unwrap();
        assert_eq!(sources.place(Span::new(file, at..at + 2)), "a:2:4");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_remembered() {
        let source = Source::new("a", b"ok: \xff".to_vec());
        assert_eq!(source.not_utf8_at(), Some(4));
    }
}
