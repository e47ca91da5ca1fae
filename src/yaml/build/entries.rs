//! The entries of a map: no key twice, and what `<<` merges.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Entry, Map, Node, Origin, Text, Value};
use crate::yaml::rules;

/// Maps with more keys are sorted to find doubles.
const FEW_KEYS: usize = 16;

/// A `<<` and what it merges.
pub(super) struct Merge {
    /// The `<<`.
    pub(super) key: Span,
    /// A map, or a list of maps, if all is well.
    pub(super) value: Value,
    /// Where the value stands.
    pub(super) at: Span,
}

/// Returns the map: each key once, and what it merges behind its own entries.
pub(super) fn map_of(mut entries: Vec<Entry>, merges: Vec<Merge>, diagnostics: &mut Vec<Diagnostic>) -> Map {
    let doubles = doubles(&entries);
    for (&double, &first) in &doubles {
        if let (Some(first), Some(again)) = (entries[first].key_span, entries[double].key_span) {
            diagnostics.push(duplicate(&entries[double].key, first, again));
        }
    }
    if !doubles.is_empty() {
        let mut index = 0..;
        entries.retain(|_| index.next().is_some_and(|index| !doubles.contains_key(&index)));
    }
    if !merges.is_empty() {
        merge(&mut entries, merges, diagnostics);
    }
    let mut map = Map::new();
    for entry in entries {
        map.push(entry);
    }
    map
}

/// Adds the entries of the merged maps whose keys are not there yet: the map's own win, then the earlier of a list.
fn merge(entries: &mut Vec<Entry>, merges: Vec<Merge>, diagnostics: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<Text> = entries.iter().map(|entry| entry.key.clone()).collect();
    let first = merges[0].key;
    for Merge { key, value, at } in merges {
        if key != first {
            diagnostics.push(duplicate("<<", first, key));
            continue;
        }
        let sources = match value.node {
            Node::List(items) => items,
            node => vec![Value { node, origin: Origin::at(at) }],
        };
        for one in sources {
            let Node::Map(map) = one.node else {
                // The last place of an item is its alias, if it has one.
                let at = one.origin.spans().last().copied().unwrap_or(at);
                diagnostics.push(
                    rules::MERGE_WITHOUT_MAP
                        .found("`<<` merges maps only")
                        .at(at, "not a map")
                        .help("merge an alias of a map: `<<: *name`")
                        .refused(),
                );
                continue;
            };
            entries.extend(map.into_iter().filter(|entry| known.insert(entry.key.clone())));
        }
    }
}

fn duplicate(key: &str, first: Span, again: Span) -> Diagnostic {
    rules::DUPLICATE_KEY
        .found(format!("the key `{key}` is there twice"))
        .at(again, "again here")
        .at(first, "first here")
        .help("remove one of them")
        .refused()
}

/// Returns the position of each entry whose key was there before, with that of the first.
fn doubles(entries: &[Entry]) -> BTreeMap<usize, usize> {
    if entries.len() <= FEW_KEYS {
        let earlier = |index: usize| entries[..index].iter().position(|earlier| earlier.key == entries[index].key);
        return (1..entries.len()).filter_map(|index| Some((index, earlier(index)?))).collect();
    }
    let mut first_at: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let first = *first_at.entry(&entry.key).or_insert(index);
        if first != index {
            found.insert(index, first);
        }
    }
    found
}
