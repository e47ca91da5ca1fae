//! `SECRETS.md`: the Secrets that the tree refers to and that somebody makes.

use std::collections::BTreeMap;

use crate::component::NeededSecret;
use crate::tree::File;
use crate::value::{Origin, Traced, text};

/// Returns the list, if there is anything to list.
pub(super) fn write(secrets: Vec<NeededSecret>) -> Option<File> {
    let mut by_name: BTreeMap<(String, String), Vec<NeededSecret>> = BTreeMap::new();
    for secret in secrets {
        by_name.entry((secret.namespace.get().clone(), secret.name.get().clone())).or_default().push(secret);
    }
    if by_name.is_empty() {
        return None;
    }
    let mut lines = Lines::default();
    lines.fixed("# Secrets that somebody makes");
    lines.fixed("");
    lines.fixed("The objects of this tree refer to the Secrets below. bayplan writes none of them and knows no value: make each");
    lines.fixed("one in its namespace before the tree is applied. Use values of your own, at least 8 characters long for a secret key.");
    for secrets in by_name.into_values() {
        let first = &secrets[0];
        let because = Origin::merged(secrets.iter().map(|secret| &secret.claimant));
        lines.because = because;
        lines.fixed("");
        lines.add(text!("## `{}` in namespace `{}`", first.name, first.namespace));
        lines.fixed("");
        for secret in &secrets {
            lines.add(text!("For: {}.", secret.purpose));
        }
        lines.fixed("");
        lines.fixed("| key | what it holds |");
        lines.fixed("|---|---|");
        let mut keys: BTreeMap<&str, &Traced<String>> = BTreeMap::new();
        for (key, holds) in secrets.iter().flat_map(|secret| &secret.keys) {
            keys.entry(key).or_insert(holds);
        }
        for (key, holds) in keys {
            lines.add(text!("| `{}` | {} |", key.to_owned(), holds));
        }
    }
    Some(File::lines(lines.lines, Origin::default()))
}

/// The lines so far, and who decides the ones that follow.
#[derive(Default)]
struct Lines {
    lines: Vec<(String, Origin)>,
    because: Origin,
}

impl Lines {
    fn fixed(&mut self, line: &str) {
        self.lines.push((line.to_owned(), self.because.clone()));
    }

    fn add(&mut self, line: Traced<String>) {
        let (line, origin) = line.into_parts();
        self.lines.push((line, origin.and(&self.because)));
    }
}
