//! The walker over JSON Schemas: every unknown, missing or mistyped field at its place, all at once.
//!
//! It reads what matters of draft 7 and of the structural schemas of custom resources: `properties`, `required`,
//! `additionalProperties`, `propertyNames`, `items`, `type`, `nullable`, `enum`, `const`, bounds and lengths, `oneOf`,
//! `anyOf`, `allOf`, `$ref`, `format` by `kube::FORMATS`, and the `x-kubernetes-` extensions. It does not read
//! `pattern`, `not` and CEL rules: our own types have formats, which say better what is wrong.
//!
//! `null` is the same as absent, as in Kubernetes. A field that a schema with `properties` does not name is unknown even
//! where `additionalProperties` is absent, since the API server drops it.

mod choice;
mod facets;
mod list;
mod manifest;
mod map;
mod place;
mod rules;
mod scalar;
mod walk;

pub(crate) use crate::kube::schema_of;
pub use manifest::{check_manifest, object};
pub(crate) use rules::RULES;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::value::{Origin, Value};
use place::Place;
use walk::Walk;

/// Reports everything in `value` that does not fit `schema`. Messages name fields from `at` on: `spec`, or nothing for
/// a whole document. What has no place of its own is reported at `declared`. All findings are refused errors.
pub fn check_declared(value: &Value, schema: &Json, at: &str, declared: &Origin, report: &mut Vec<Diagnostic>) {
    Walk::new(schema, report).value(value, schema, &Place::root(at, declared));
}

#[cfg(test)]
mod tests;
