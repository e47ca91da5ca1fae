//! The lines of a file for people, and who decides each.

use crate::tree::File;
use crate::value::{Origin, Traced};

/// The lines so far.
pub(super) struct Lines {
    lines: Vec<(String, Origin)>,
    /// Who decides that the lines which follow are there.
    pub(super) because: Origin,
}

impl Lines {
    /// Returns no line yet; `because` decides that there is a file at all.
    pub(super) fn new(because: Origin) -> Self {
        Self { lines: Vec::new(), because }
    }

    /// Adds the lines of a text that is always the same.
    pub(super) fn fixed(&mut self, text: &str) {
        // An empty text is a line, too.
        for line in text.split('\n') {
            self.lines.push((line.to_owned(), self.because.clone()));
        }
    }

    /// Adds a line.
    pub(super) fn add(&mut self, line: Traced<String>) {
        let (line, origin) = line.into_parts();
        self.lines.push((line, origin.and(&self.because)));
    }

    /// Whether there is no line yet.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the file.
    pub(super) fn into_file(self) -> File {
        File::lines(self.lines, Origin::default())
    }
}
