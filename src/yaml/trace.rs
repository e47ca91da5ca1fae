//! Who decided each line of an emitted text.

use crate::source::Span;
use crate::value::Origin;

/// Listens while lines are written.
pub(super) trait Lines<'value> {
    /// A map or list begins.
    fn enter(&mut self, origin: &'value Origin);
    /// The innermost map or list ends.
    fn leave(&mut self);
    /// A key that somebody wrote stands on the line.
    fn key(&mut self, span: Span);
    /// A scalar stands on the line.
    fn stands(&mut self, origin: &'value Origin);
    /// The line ends.
    fn end(&mut self);
    /// The line ends, and the next one belongs to the same scalar.
    fn end_and_repeat(&mut self);
}

/// Nobody asks.
pub(super) struct Untraced;

impl Lines<'_> for Untraced {
    fn enter(&mut self, _: &Origin) {}
    fn leave(&mut self) {}
    fn key(&mut self, _: Span) {}
    fn stands(&mut self, _: &Origin) {}
    fn end(&mut self) {}
    fn end_and_repeat(&mut self) {}
}

/// Records the origin of each line.
#[derive(Default)]
pub(super) struct Trace<'value> {
    lines: Vec<Origin>,
    /// The maps and lists around the line, outermost first.
    around: Vec<&'value Origin>,
    key: Option<Span>,
    scalar: Option<&'value Origin>,
}

impl Trace<'_> {
    /// Returns the origins, one for each line.
    pub(super) fn into_lines(self) -> Vec<Origin> {
        self.lines
    }

    /// Returns who decided the line: what stands on it, then who asked for the maps and lists around it. One whose
    /// place covers a place named already is only where the user wrote it.
    fn origin(&self) -> Origin {
        let mut origin = self.scalar.cloned().unwrap_or_default();
        if let Some(key) = self.key {
            origin.add(&Origin::at(key));
        }
        for around in self.around.iter().rev() {
            origin.secret |= around.secret;
            for &span in around.spans() {
                if !origin.spans().iter().any(|&known| span.covers(known)) {
                    origin.add(&Origin::at(span));
                }
            }
        }
        origin
    }
}

impl<'value> Lines<'value> for Trace<'value> {
    fn enter(&mut self, origin: &'value Origin) {
        self.around.push(origin);
    }

    fn leave(&mut self) {
        self.around.pop();
    }

    fn key(&mut self, span: Span) {
        self.key = Some(span);
    }

    fn stands(&mut self, origin: &'value Origin) {
        self.scalar = Some(origin);
    }

    fn end(&mut self) {
        self.end_and_repeat();
        self.key = None;
        self.scalar = None;
    }

    fn end_and_repeat(&mut self) {
        self.lines.push(self.origin());
    }
}
