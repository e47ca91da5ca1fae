//! Whole manifests: which schema a kind has, and the object that a manifest is.

use serde_json::Value as Json;

use super::check_declared;
use super::place::Place;
use super::rules;
use crate::diagnostic::{Diagnostic, nearest};
use crate::kube::{self, Object, quoted};
use crate::value::{Origin, Value};

/// Checks a manifest and returns the object, if it has an identity. What has no place is reported at `declared`.
pub fn object(value: Value, declared: &Origin, report: &mut Vec<Diagnostic>) -> Option<Object> {
    check_manifest(&value, declared, report);
    Object::read(value, declared.clone())
}

/// Reports what is wrong with the shape of a manifest: everything for a built-in kind, identity and metadata for others.
pub fn check_manifest(value: &Value, declared: &Origin, report: &mut Vec<Diagnostic>) {
    let before = report.len();
    let schema = schema_of_manifest(value, declared, report);
    check_declared(value, schema, "", declared, report);
    if let Some(generated) = value.at(&["metadata", "generateName"]) {
        // A generated name is why the name is missing: one mistake, told once.
        let no_name = "missing field `name` in `metadata`";
        if let Some(missing) = report[before..].iter_mut().find(|one| one.message == no_name) {
            *missing = generated_name(value, generated, declared);
        }
    }
}

/// Returns the schema for the kind of `value`; warns where Kubernetes has the group but not the kind.
fn schema_of_manifest(value: &Value, declared: &Origin, report: &mut Vec<Diagnostic>) -> &'static Json {
    let text = |key| value.get(key).and_then(Value::as_str);
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else { return kube::object_schema() };
    if let Some(schema) = kube::builtin_schema(api_version, kind) {
        return schema;
    }
    let known: Vec<_> = kube::kinds_of_group(api_version).collect();
    if !known.is_empty() {
        report.push(unknown_kind(value, api_version, kind, &known, declared));
    }
    kube::object_schema()
}

/// A warning, because the cluster may be newer than our table.
fn unknown_kind(
    value: &Value,
    api_version: &str,
    kind: &str,
    known: &[(&'static str, &'static str)],
    declared: &Origin,
) -> Diagnostic {
    let message = format!("Kubernetes 1.34 has no kind {} in {}", quoted(kind), quoted(api_version));
    let (culprit, help) = if let Some((version, _)) = known.iter().find(|(_, name)| *name == kind) {
        ("apiVersion", format!("use `apiVersion: {version}`"))
    } else if let Some(near) = nearest(kind, known.iter().map(|(_, name)| *name)) {
        ("kind", format!("did you mean `{near}`?"))
    } else {
        ("kind", "check the spelling; its fields are not checked".to_owned())
    };
    let culprit = value.get(culprit).unwrap_or(value);
    let root = Place::root("", declared);
    root.at_value(rules::UNKNOWN_KIND.found(message), culprit, "unknown to Kubernetes 1.34").help(help)
}

fn generated_name(value: &Value, generated: &Value, declared: &Origin) -> Diagnostic {
    let key = value.get("metadata").and_then(|metadata| metadata.as_map()?.entry("generateName")?.key_span);
    let message = "`metadata.generateName` would make another object at every apply";
    let diagnostic = rules::GENERATED_NAME.found(message).help("write a fixed `name`").refused();
    Place::root("", declared).at_key(diagnostic, key, generated, "no fixed name")
}
