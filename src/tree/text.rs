//! The text of a file, which clusters that say the same share.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::Sum;

/// The text of a file; its sum is computed once, however many files hold it.
#[derive(Clone, Debug)]
pub struct Text(Arc<(Box<str>, OnceLock<Sum>)>);

impl Text {
    /// Returns it as it is.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.0
    }

    /// Returns its SHA-256.
    #[must_use]
    pub fn sum(&self) -> Sum {
        let (text, sum) = &*self.0;
        *sum.get_or_init(|| Sum::of(text.as_bytes()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new((text.into(), OnceLock::new())))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}
