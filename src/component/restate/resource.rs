//! A custom resource as somebody wrote it, beside what was read from it: where an operator is at work, it is delivered
//! itself.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::delivery::{ANNOTATION as DELIVERY, OPERATOR};
use super::lint::UNKNOWN_WISH;
use super::making::{LAST_APPLIED, Texts, is_wish};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{self, Value, Verbatim};

/// Told of kinds that have one delivery only.
pub(super) const ONE_DELIVERY: Rule = Rule::error(
    "restate/one-delivery",
    "an annotation asks for a delivery that the kind does not have",
    "What the operator makes of it depends on what only a cluster knows, so that the resource itself is delivered.",
    "delete the annotation",
);

/// What the API server keeps about an object. Whoever applies it must not send it back.
const SERVER_FIELDS: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// A custom resource.
#[derive(Debug)]
pub(crate) struct Resource<T> {
    /// What was read from it.
    pub(super) declared: T,
    /// What somebody wrote.
    written: Verbatim,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Resource<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Verbatim::deserialize(deserializer)?;
        let declared = value::from_value(written.value()).map_err(D::Error::custom)?;
        Ok(Self { declared, written })
    }
}

impl<T: JsonSchema> JsonSchema for Resource<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T> Resource<T> {
    /// Returns the resource for a tree: without wishes to bayplan, and without what only a cluster says about it.
    pub(super) fn delivered(&self) -> Value {
        let mut resource = self.written.value().clone();
        let Some(map) = resource.as_map_mut() else { return resource };
        map.remove("status");
        let Some(metadata) = map.get_mut("metadata").and_then(Value::as_map_mut) else { return resource };
        metadata.retain(|entry| !SERVER_FIELDS.contains(&entry.key.as_ref()) && !entry.value.is_null());
        let none_left = metadata.get_mut("annotations").and_then(Value::as_map_mut).is_some_and(|annotations| {
            annotations.retain(|entry| !is_wish(&entry.key) && entry.key != LAST_APPLIED);
            annotations.is_empty()
        });
        if none_left {
            metadata.remove("annotations");
        }
        resource
    }
}

/// Returns what is wrong with the wishes in the annotations of a resource that is always delivered itself.
pub(super) fn wishes(annotations: &Texts) -> Vec<Diagnostic> {
    let wishes = annotations.iter().filter(|(key, _)| is_wish(key));
    let wrong = wishes.filter(|(key, value)| !(*key == DELIVERY && value.get() == OPERATOR));
    wrong
        .map(|(key, value)| {
            match key.as_str() {
                DELIVERY => ONE_DELIVERY.found(format!("the resource cannot be delivered as `{value}`")),
                _ => UNKNOWN_WISH.found(format!("bayplan knows no `{key}` here")).help("delete the annotation"),
            }
            .decided_at(value.origin().spans(), "")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::manifest;

    #[test]
    fn what_is_delivered_is_what_was_written_without_wishes() {
        let written = manifest!({
            apiVersion: "restate.dev/v1beta1",
            metadata: {
                name: "a", uid: "x", annotations: { "bayplan.dev/delivery": "operator", (LAST_APPLIED): "{}" },
            },
            spec: { template: { spec: { a: Value::default() } } },
            status: { replicas: 1i64 },
        });
        let resource: Resource<Value> = value::from_value(&written).unwrap();
        assert_eq!(
            resource.delivered().to_json().to_string(),
            r#"{"apiVersion":"restate.dev/v1beta1","metadata":{"name":"a"},"spec":{"template":{"spec":{"a":null}}}}"#
        );
    }
}
