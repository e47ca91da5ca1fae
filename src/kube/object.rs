//! Kubernetes objects and what identifies them.

use std::fmt;

use super::name::check_length;
use super::parsed::Grammar;
use crate::value::{Origin, Value};

/// What identifies an object in a cluster. Its names are those of the input, which the walker over schemas checks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ObjectId {
    /// The API group, empty for the core.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace, where one is written.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl fmt::Display for ObjectId {
    /// `NetworkPolicy storage/minio`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A manifest with its identity.
#[derive(Clone, Debug)]
pub struct Object {
    /// What identifies it.
    pub id: ObjectId,
    /// `apps/v1`.
    pub api_version: String,
    /// The manifest.
    pub value: Value,
    /// The declaration it stems from, which decides each line that nothing else decides.
    pub declared: Origin,
}

impl Object {
    /// Returns `value` with its identity, or nothing where `apiVersion`, `kind` or `metadata.name` is missing or not
    /// text: checking the shape tells where.
    #[must_use]
    pub fn read(value: Value, declared: Origin) -> Option<Self> {
        let api_version = value.get("apiVersion")?.as_str()?.to_owned();
        let id = ObjectId {
            group: group_of(&api_version).to_owned(),
            kind: value.get("kind")?.as_str()?.to_owned(),
            namespace: value.at(&["metadata", "namespace"]).and_then(Value::as_str).map(str::to_owned),
            name: value.at(&["metadata", "name"])?.as_str()?.to_owned(),
        };
        Some(Self { id, api_version, value, declared })
    }
}

/// Returns the group of `apps/v1`; the core's is empty.
#[must_use]
pub(super) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The grammar of `apiVersion`: a version, after an optional group and `/`.
pub(super) enum ApiVersionGrammar {}

impl Grammar for ApiVersionGrammar {
    const FORMAT: &'static str = "bayplan.api-version";
    const CODE: &'static str = super::rules::INVALID_API_VERSION.code;
    const WHAT: &'static str = "API version";
    const PATTERN: &'static str = "^([a-z0-9.-]+/)?[a-z0-9]([a-z0-9-]*[a-z0-9])?$";

    fn check(text: &str) -> Result<(), String> {
        let (group, version) = text.split_once('/').unwrap_or(("core", text));
        super::name::SubdomainGrammar::check(group).map_err(|reason| format!("before the `/`, {reason}"))?;
        check_length(version, 63)?;
        super::name::NameGrammar::check(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::manifest;

    #[test]
    fn objects_know_their_id() {
        let manifest = manifest!({
            apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "minio", namespace: "storage" },
        });
        let object = Object::read(manifest, Origin::default()).unwrap();
        assert_eq!(object.id.to_string(), "NetworkPolicy storage/minio");
        assert_eq!(object.id.group, "networking.k8s.io");
        let manifest = manifest!({ apiVersion: "v1", kind: "Namespace", metadata: { name: "storage" } });
        assert_eq!(Object::read(manifest, Origin::default()).unwrap().id.to_string(), "Namespace storage");
    }

    #[test]
    fn without_a_name_there_is_no_object() {
        let manifest = manifest!({ apiVersion: "v1", kind: "Pod", metadata: { generateName: "a-" } });
        assert!(Object::read(manifest, Origin::default()).is_none());
    }

    #[test]
    fn versions_may_have_a_group() {
        for good in ["v1", "apps/v1", "minio.min.io/v2"] {
            assert_eq!(ApiVersionGrammar::check(good), Ok(()), "{good}");
        }
        for bad in ["", "/v1", "apps/", "a/b/c", "Apps/v1"] {
            assert!(ApiVersionGrammar::check(bad).is_err(), "{bad}");
        }
    }
}
