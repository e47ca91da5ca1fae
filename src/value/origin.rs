//! The places that decide a value.

use std::sync::Arc;

use crate::source::Span;

/// The places that decide a value: first where it stands, then who decided it; and whether it must not be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    spans: Spans,
    /// Whether the value, or one that it was made of, is a secret.
    pub secret: bool,
    /// Whether the value, or one that it was made of, could not be evaluated. That was told; nothing else is to be.
    pub unknown: bool,
}

/// Nearly every value has no place or one: neither allocates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Spans {
    #[default]
    None,
    One([Span; 1]),
    Many(Arc<[Span]>),
}

impl Origin {
    /// Returns the origin of what stands at `span`.
    #[must_use]
    pub fn at(span: Span) -> Self {
        Self { spans: Spans::One([span]), ..Self::default() }
    }

    /// Returns the places of all `origins` in their order, each once; secret if one of them is.
    pub fn merged<'origin>(origins: impl IntoIterator<Item = &'origin Origin>) -> Self {
        let mut merged = Self::default();
        for origin in origins {
            merged.add(origin);
        }
        merged
    }

    /// Adds the places of `other` behind the own ones.
    pub fn add(&mut self, other: &Origin) {
        self.secret |= other.secret;
        self.unknown |= other.unknown;
        if other.spans().iter().all(|span| self.spans().contains(span)) {
            return;
        }
        if self.spans().is_empty() {
            self.spans = other.spans.clone();
            return;
        }
        let mut all = self.spans().to_vec();
        for &span in other.spans() {
            if !all.contains(&span) {
                all.push(span);
            }
        }
        self.spans = Spans::Many(all.into());
    }

    /// Returns the origin with the places of `other` behind its own.
    #[must_use]
    pub fn and(&self, other: &Origin) -> Self {
        let mut both = self.clone();
        both.add(other);
        both
    }

    /// Returns the places: where the value stands first, then who decided it.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        match &self.spans {
            Spans::None => &[],
            Spans::One(one) => one,
            Spans::Many(many) => many,
        }
    }

    /// Whether no place is known: a literal of our own code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans().is_empty()
    }
}

impl FromIterator<Span> for Origin {
    fn from_iter<T: IntoIterator<Item = Span>>(spans: T) -> Self {
        let mut origin = Self::default();
        for span in spans {
            origin.add(&Origin::at(span));
        }
        origin
    }
}
