//! How a tree is laid out for its consumer.

mod flux;
mod layout;
mod references;
mod secrets_list;

pub(crate) use flux::{Delivery, lay_out};
pub(crate) use layout::bare_objects;

use crate::diagnostic::Rule;

/// The rules about the tree as a whole.
pub(crate) const RULES: &[Rule] = layout::RULES;
