//! Maps: unknown, missing and misnamed keys.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::facets::Facets;
use super::place::Place;
use super::rules;
use super::walk::Walk;
use crate::diagnostic::{Diagnostic, nearest};
use crate::kube::quoted;
use crate::value::{Entry, Map, Value};

/// Up to so many fields are listed when none is near.
const FEW: usize = 12;

/// The fields that every object has.
const OF_OBJECTS: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl<'schema> Walk<'_, 'schema> {
    pub(super) fn map(&mut self, value: &Value, map: &Map, facets: &Facets<'schema>, place: &Place<'_>) {
        // Most maps hold nothing but what a schema names.
        let root = self.root;
        let known = LazyCell::new(|| known_fields(root, facets));
        // The schema of a custom resource need not name what every object has.
        let is_object = place.is_document() || facets.is_set("x-kubernetes-embedded-resource");
        let closed = self.is_closed(facets, place);
        for entry in map {
            let is_common = is_object && OF_OBJECTS.contains(&entry.key.as_ref());
            let inner = place.key(value, &entry.key, entry.key_span);
            self.key_names(entry, facets, &inner);
            let mut schemas = facets.property(&entry.key).peekable();
            if schemas.peek().is_some() {
                if !entry.value.is_null() {
                    self.values(&entry.value, schemas, &inner);
                }
            } else if !is_common && !known.contains(entry.key.as_ref()) {
                if closed {
                    self.unknown_field(entry, &known, facets, place, &inner);
                } else if !entry.value.is_null() {
                    let others = facets.values("additionalProperties").filter(|schema| schema.is_object());
                    self.values(&entry.value, others, &inner);
                }
            }
        }
        for name in facets.required().collect::<BTreeSet<_>>() {
            if map.get(name).is_none_or(|value| value.is_null() && !value.origin.unknown) {
                self.missing_field(value, name, place);
            }
        }
        self.count(
            value,
            map.iter().filter(|entry| !entry.value.is_null()).count(),
            ["minProperties", "maxProperties"],
            "field",
            facets,
            place,
        );
    }

    /// Whether a field that is not named is unknown. The API server drops it where nothing is said.
    fn is_closed(&self, facets: &Facets<'schema>, place: &Place<'_>) -> bool {
        let others = || facets.values("additionalProperties");
        if others().any(|schema| *schema == Json::Bool(false)) {
            return true;
        }
        // The schema of a custom resource may narrow the name; the other metadata are those of all objects.
        if place.is_metadata() && !facets.property_names().any(|name| name == "labels") {
            return false;
        }
        let open = others().next().is_some() || facets.is_set("x-kubernetes-preserve-unknown-fields");
        !open && !self.partial && facets.property_names().next().is_some()
    }

    /// Checks the key of `entry` against `propertyNames`.
    fn key_names(&mut self, entry: &Entry, facets: &Facets<'schema>, place: &Place<'_>) {
        for format in facets.values("propertyNames").filter_map(|names| names.get("format")).filter_map(Json::as_str) {
            let Some(format) = crate::kube::format(format) else { continue };
            if let Err(reason) = (format.check)(&entry.key) {
                let message = format!("{} is no {}: {reason}", quoted(&entry.key), format.what);
                let diagnostic = Diagnostic::error(format.code, message);
                self.refuse(place.at_key(diagnostic, entry.key_span, &entry.value, &format!("no {}", format.what)));
            }
        }
    }

    fn unknown_field(
        &mut self,
        entry: &Entry,
        known: &BTreeSet<&str>,
        facets: &Facets<'schema>,
        parent: &Place<'_>,
        place: &Place<'_>,
    ) {
        let of_objects = parent.is_document().then_some(OF_OBJECTS).into_iter().flatten();
        let key = quoted(&entry.key);
        let message = match parent.shown() {
            Some(at) => format!("unknown field {key} in {at}"),
            None => format!("unknown field {key}"),
        };
        let mut diagnostic =
            place.at_key(rules::UNKNOWN_FIELD.found(message), entry.key_span, &entry.value, "unknown field");
        let moved = facets.values("x-bayplan-moved").find_map(|moved| moved.get(entry.key.as_ref())?.as_str());
        diagnostic.help = match nearest(&entry.key, known.iter().copied().chain(of_objects)) {
            _ if moved.is_some() => moved.map(str::to_owned),
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if known.is_empty() => Some("remove it, no fields are known here".to_owned()),
            None if known.len() <= FEW => Some(format!("use one of {}", listed(known.iter().copied()))),
            None => None,
        };
        self.refuse(diagnostic);
    }

    pub(super) fn missing_field(&mut self, value: &Value, name: &str, place: &Place<'_>) {
        let message = match place.shown() {
            Some(at) => format!("missing field `{name}` in {at}"),
            None => format!("missing field `{name}`"),
        };
        let diagnostic = rules::MISSING_FIELD.found(message).help(format!("add `{name}`"));
        self.refuse(place.at_head(diagnostic, value, &format!("`{name}` is missing")));
    }

    /// Checks the two bounds of a number, `minItems` and `maxItems` say; `noun` is the word for one of what is counted.
    pub(super) fn count(
        &mut self,
        value: &Value,
        count: usize,
        [least, most]: [&str; 2],
        noun: &str,
        facets: &Facets<'schema>,
        place: &Place<'_>,
    ) {
        for facet in &facets.all {
            let bound = |name: &str| facet.get(name).and_then(Json::as_u64);
            let plural = |number: u64| if number == 1 { noun.to_owned() } else { format!("{noun}s") };
            let limit = match (bound(least), bound(most)) {
                (Some(least), _) if (count as u64) < least => format!("at least {least} {}", plural(least)),
                (_, Some(most)) if (count as u64) > most => format!("at most {most} {}", plural(most)),
                _ => continue,
            };
            let at = place.shown().unwrap_or_else(|| "the document".to_owned());
            let message = format!("{at} has {count} {}, but must have {limit}", plural(count as u64));
            self.refuse(place.at_head(rules::OUT_OF_RANGE.plain(message), value, &limit));
        }
    }
}

/// Returns names in backticks: "`a`, `b`".
pub(super) fn listed<'name>(names: impl Iterator<Item = &'name str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the fields that the schemas name, alternatives included.
fn known_fields<'schema>(root: &'schema Json, facets: &Facets<'schema>) -> BTreeSet<&'schema str> {
    let mut known: BTreeSet<_> = facets.property_names().collect();
    for branch in facets.choices.iter().flat_map(|choice| &choice.branches) {
        known.extend(Facets::of(root, branch).property_names());
    }
    known
}
