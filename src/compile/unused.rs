//! Variables that nothing reads: mostly misspelt ones.

use std::collections::BTreeSet;

use super::input::Part;
use crate::component;
use crate::diagnostic::{Diagnostic, nearest};
use crate::variables::{self, UNUSED};

/// Returns a warning for each variable of `parts` that no cluster reads.
pub(super) fn find<'part>(parts: impl Iterator<Item = &'part Part>, read: &BTreeSet<String>) -> Vec<Diagnostic> {
    let switches: BTreeSet<_> = component::switches().map(|switch| switch.name).collect();
    parts
        .flat_map(|part| variables::leaves(&part.variables))
        // A name that nobody could read was told already.
        .filter(|(name, _)| name.split('.').next().is_some_and(variables::is_snake_case))
        .filter(|(name, _)| !variables::is_read(name, read) && !switches.contains(name.as_str()))
        .map(|(name, span)| {
            let known = switches.iter().copied().chain(read.iter().map(String::as_str));
            let found = UNUSED.found(format!("nothing reads the variable `{name}`")).decided_at(span.as_slice(), "");
            match nearest(&name, known) {
                Some(nearest) => found.help(format!("did you mean `{nearest}`?")),
                None => found,
            }
        })
        .collect()
}
