//! The schemas of declarations as editors want them.
//!
//! The types' own schemas check values whose expressions are filled in. What a person edits holds `#{ … }#` in any place
//! of a value, and an editor knows none of our formats, but every pattern.

use serde_json::{Map, Value as Json, json};

use super::KINDS;
use crate::kube;
use crate::project;

/// The name of the definition of an expression.
const EXPRESSION: &str = "Expression";

/// Keys of a schema that describe it and demand nothing: they stay where they are read best.
const DESCRIBING: &[&str] = &["title", "description", "default"];

/// Returns every kind with its JSON Schema for editors.
pub fn schemas() -> impl Iterator<Item = (&'static str, Json)> {
    let kinds = KINDS.iter().map(|kind| (kind.api_version, kind.kind, kind.schema()));
    let project = (project::API_VERSION, "Project", project::schema());
    kinds.chain([project]).map(|(api_version, kind, schema)| (kind, for_editors(api_version, kind, schema)))
}

fn for_editors(api_version: &str, kind: &str, schema: &Json) -> Json {
    let mut schema = schema.clone();
    let root = schema.as_object_mut().expect("the schema of a type is an object");
    demand(root);
    for definition in root.get_mut("definitions").and_then(Json::as_object_mut).into_iter().flatten() {
        demand_value(definition.1);
    }
    let definitions = root.entry("definitions").or_insert_with(|| json!({}));
    definitions[EXPRESSION] = json!({
        "type": "string", "pattern": r"#\{[\s\S]*\}#",
        "description": "An expression over the variables, `#{ name }#`, filled in when the tree is built.",
    });
    // These two say which schema it is.
    for (key, text) in [("apiVersion", api_version), ("kind", kind)] {
        root["properties"][key] = json!({ "description": format!("`{text}`."), "const": text });
    }
    let mut required: Vec<_> = root.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
    for key in ["apiVersion", "kind"].map(Json::from) {
        if !required.contains(&key) {
            required.push(key);
        }
    }
    root.insert("required".to_owned(), Json::Array(required));
    schema
}

fn demand_value(schema: &mut Json) {
    if let Some(schema) = schema.as_object_mut() {
        demand(schema);
    }
}

/// Rewrites a schema and those within it: patterns for formats, and an expression wherever a value stands.
fn demand(schema: &mut Map<String, Json>) {
    if let Some(format) = schema.get("format").and_then(Json::as_str).filter(|name| name.starts_with("bayplan.")) {
        let pattern = kube::format(format).and_then(|format| format.pattern);
        schema.remove("format");
        if let (Some(pattern), false) = (pattern, schema.contains_key("pattern")) {
            schema.insert("pattern".to_owned(), json!(pattern));
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        schema.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten().for_each(demand_value);
    }
    if let Some(names) = schema.get_mut("propertyNames") {
        demand_value(names);
    }
    for value in schema.get_mut("properties").and_then(Json::as_object_mut).into_iter().flatten() {
        or_expression(value.1);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(value) = schema.get_mut(key) {
            or_expression(value);
        }
    }
}

/// Rewrites the schema of a value, which may be an expression instead.
fn or_expression(schema: &mut Json) {
    let Some(schema) = schema.as_object_mut() else { return };
    demand(schema);
    let takes_any_text =
        schema.get("type").is_none_or(|kind| *kind == json!("string") || *kind == json!(["string", "null"]))
            && !schema
                .keys()
                .any(|key| ["pattern", "enum", "const", "$ref", "allOf", "anyOf", "oneOf"].contains(&key.as_str()));
    if takes_any_text {
        return;
    }
    let (outer, inner): (Map<_, _>, Map<_, _>) =
        std::mem::take(schema).into_iter().partition(|(key, _)| DESCRIBING.contains(&key.as_str()));
    *schema = outer;
    let mut choices = choices(Json::Object(inner));
    choices.push(json!({ "$ref": format!("#/definitions/{EXPRESSION}") }));
    schema.insert("anyOf".to_owned(), Json::Array(choices));
}

/// Returns the schemas that `schema` lets a value choose from, itself where it offers no choice.
fn choices(mut schema: Json) -> Vec<Json> {
    let only_key = schema.as_object().filter(|map| map.len() == 1).and_then(|map| map.keys().next().cloned());
    match (only_key.as_deref(), only_key.as_ref().and_then(|key| schema[key].as_array_mut())) {
        (Some("anyOf"), Some(choices)) => std::mem::take(choices),
        (Some("allOf"), Some(all)) if all.len() == 1 => std::mem::take(all),
        _ => vec![schema],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minio() -> jsonschema::Validator {
        let (_, schema) = schemas().find(|(kind, _)| *kind == "MinIO").unwrap();
        jsonschema::draft7::new(&schema).unwrap()
    }

    fn declared(spec: &Json) -> Json {
        json!({
            "apiVersion": "bayplan.dev/v1alpha1", "kind": "MinIO",
            "metadata": { "name": "minio", "namespace": "storage" }, "spec": spec,
        })
    }

    #[test]
    fn expressions_may_stand_for_any_value() {
        for good in [
            json!({ "pools": [{ "servers": 4, "size": "50Gi" }] }),
            json!({ "pools": [{ "servers": "#{ n }#", "size": "#{ n }#Gi", "affinity": "#{ affinity }#" }] }),
            json!({ "pools": "#{ pools }#", "image": "#{ registry }#/minio:1", "mode": "#{ mode }#" }),
        ] {
            assert!(minio().is_valid(&declared(&good)), "{good}");
        }
        for bad in [
            json!({ "pools": [{ "servers": "4" }] }),
            json!({ "pools": [{ "size": "50 Gi" }] }),
            json!({ "mode": "distributed" }),
            json!({ "pool": [] }),
        ] {
            assert!(!minio().is_valid(&declared(&bad)), "{bad}");
        }
    }

    #[test]
    fn another_kind_is_another_schema() {
        let mut project = declared(&json!({}));
        project["kind"] = json!("Project");
        assert!(!minio().is_valid(&project));
        project.as_object_mut().unwrap().remove("kind");
        assert!(!minio().is_valid(&project));
    }

    #[test]
    fn no_format_of_ours_is_left() {
        for (kind, schema) in schemas() {
            assert!(!schema.to_string().contains("\"format\":\"bayplan."), "{kind}");
        }
    }
}
