//! What a command has to say, as text; one file for each format.

mod excerpt;

pub mod diagnostics;
pub mod diff;
pub mod explain;

/// How a report is to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Whether a terminal that knows colours shows it: control characters in texts are made visible, too.
    pub color: bool,
    /// Into how many columns excerpts are cut.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, width: 120 }
    }
}
