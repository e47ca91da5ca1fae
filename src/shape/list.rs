//! Lists: their items, their number, and items that stand there twice.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::facets::Facets;
use super::place::Place;
use super::rules;
use super::walk::{Walk, scalar_text};
use crate::kube::quoted;
use crate::value::Value;

impl<'schema> Walk<'_, 'schema> {
    pub(super) fn list(&mut self, value: &Value, items: &[Value], facets: &Facets<'schema>, place: &Place<'_>) {
        for (index, item) in items.iter().enumerate() {
            let schemas = facets.values("items").filter(|schema| !schema.is_array());
            self.values(item, schemas, &place.item(value, index));
        }
        self.count(value, items.len(), ["minItems", "maxItems"], "item", facets, place);

        let keys = facets.values("x-kubernetes-list-map-keys").find_map(Json::as_array);
        let is_set = facets.is_set("uniqueItems") || facets.values("x-kubernetes-list-type").any(|kind| kind == "set");
        if let Some(keys) = keys {
            let keys: Vec<_> = keys.iter().filter_map(Json::as_str).collect();
            let item = facets.values("items").next().map(|schema| Facets::of(self.root, schema)).unwrap_or_default();
            self.doubles(value, items, &keys, place, |one| identity(one, &keys, &item));
        } else if is_set {
            self.doubles(value, items, &[], place, |one| Some(one.to_json().to_string()));
        }
    }

    /// Reports each item whose `identity` another one before it has; `keys` are what identifies it, if not the whole.
    fn doubles(
        &mut self,
        value: &Value,
        items: &[Value],
        keys: &[&str],
        place: &Place<'_>,
        identity: impl Fn(&Value) -> Option<String>,
    ) {
        let mut seen: BTreeMap<String, &Value> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let Some(own) = identity(item) else { continue };
            let Some(first) = seen.get(&own) else {
                seen.insert(own, item);
                continue;
            };
            let culprit = |one| keys.first().and_then(|key| Value::get(one, key)).unwrap_or(one);
            let inner = place.item(value, index);
            let shown = shown_identity(item, keys, &inner);
            let at = place.shown().unwrap_or_else(|| "the list".to_owned());
            let message = format!("{at} has an item twice{shown}");
            let diagnostic = inner.at_value(rules::DUPLICATE_ITEM.found(message), culprit(item), "the second one");
            let first = culprit(first).origin.spans().first();
            let diagnostic = first.into_iter().fold(diagnostic, |labelled, &span| labelled.at(span, "the first one"));
            self.refuse(diagnostic.help("remove one of the two"));
        }
    }
}

/// Returns what is the same about two items, as far as it may be shown: ": name `X`".
fn shown_identity(item: &Value, keys: &[&str], place: &Place<'_>) -> String {
    let show = |value: &Value| scalar_text(value).filter(|_| !place.is_secret(value)).map(|text| quoted(&text));
    let pairs: Vec<_> = if keys.is_empty() {
        show(item).into_iter().collect()
    } else {
        keys.iter().filter_map(|key| Some(format!("{key} {}", show(item.get(key)?)?))).collect()
    };
    if pairs.is_empty() { String::new() } else { format!(": {}", pairs.join(", ")) }
}

/// Returns what identifies an item; a key that is left out has its default. Nothing, if no key is there.
fn identity(item: &Value, keys: &[&str], schema: &Facets<'_>) -> Option<String> {
    keys.iter().any(|key| item.get(key).is_some()).then(|| {
        let default = |key: &str| schema.property(key).find_map(|property| property.get("default").cloned());
        let values =
            keys.iter().map(|key| item.get(key).map(Value::to_json).or_else(|| default(key)).unwrap_or_default());
        Json::Array(values.collect()).to_string()
    })
}
