//! Annotations that tell an engine what to do with an object.

use crate::value::{Map, Origin, Text, Value};

/// Sets the annotation `key` to `text`, which `because` decides.
pub(super) fn annotate(object: &mut Value, key: &'static str, text: impl Into<Text>, because: &Origin) {
    let Some(metadata) = object.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut()) else { return };
    if metadata.get("annotations").is_none_or(Value::is_null) {
        metadata.insert("annotations", Value::new(Map::new()).because(because));
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_map_mut) {
        annotations.insert(key, Value::new(text.into()).because(because));
    }
}

/// Returns what the annotation `key` says.
pub(super) fn annotation<'object>(object: &'object Value, key: &str) -> Option<&'object Value> {
    object.at(&["metadata", "annotations", key])
}
