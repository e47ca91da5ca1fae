//! Which Secrets the objects of a tree refer to, and which of them the tree itself makes.

use std::collections::BTreeSet;

use crate::kube::Object;
use crate::value::{Node, Origin, Traced, Value};

/// A reference to a Secret of the same namespace.
pub(super) struct Reference {
    /// The namespace of the object that refers.
    pub(super) namespace: String,
    /// The Secret's name.
    pub(super) name: Traced<String>,
    /// The key, where one is named.
    pub(super) key: Option<Traced<String>>,
    /// The object that refers, in words.
    pub(super) object: String,
    /// The declaration of that object.
    pub(super) declared: Origin,
}

/// Returns every reference of `object` to a Secret that must be there: `secretKeyRef`, `secretRef`, volumes and
/// `imagePullSecrets`. Optional ones and those in schemas are none.
pub(super) fn references(object: &Object) -> Vec<Reference> {
    let Some(namespace) = &object.id.namespace else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |name: &Value, key: Option<&Value>| {
        let traced = |value: &Value| value.as_str().map(|text| Traced::new(text.to_owned(), value.origin.clone()));
        if let Some(name) = traced(name) {
            found.push(Reference {
                namespace: namespace.clone(),
                name,
                key: key.and_then(traced),
                object: object.id.to_string(),
                declared: object.declared.clone(),
            });
        }
    };
    object.value.walk(&mut |value| {
        let Node::Map(map) = &value.node else { return };
        for entry in map {
            let of = |key| entry.value.get(key);
            let needed = || of("optional").and_then(Value::as_bool) != Some(true);
            match entry.key.as_ref() {
                "secretKeyRef" if needed() => of("name").into_iter().for_each(|name| add(name, of("key"))),
                "secretRef" if needed() => of("name").into_iter().for_each(|name| add(name, None)),
                // A volume names it so, and a source of a projected volume otherwise.
                "secret" if needed() => {
                    if let Some(name) = of("secretName").or_else(|| of("name")) {
                        add(name, None);
                    }
                }
                // The root credentials of a MinIO.
                "configuration" if object.id.kind == "Tenant" => {
                    if let Some(name) = of("name") {
                        add(name, None);
                    }
                }
                "imagePullSecrets" => {
                    let names = entry.value.as_list().unwrap_or_default().iter().filter_map(|item| item.get("name"));
                    names.for_each(|name| add(name, None));
                }
                _ => {}
            }
        }
    });
    found
}

/// Returns namespace and name of each Secret that one of `objects` is or makes: an encrypted Secret, a `SealedSecret`,
/// an `ExternalSecret`, a `Certificate`.
pub(super) fn made<'object>(objects: impl Iterator<Item = &'object Object>) -> BTreeSet<(String, String)> {
    objects
        .filter_map(|object| {
            let text = |path: &[&str]| object.value.at(path).and_then(Value::as_str).map(str::to_owned);
            let name = match (object.id.group.as_str(), object.id.kind.as_str()) {
                ("", "Secret") | ("bitnami.com", "SealedSecret") => object.id.name.clone(),
                ("external-secrets.io", "ExternalSecret") => {
                    text(&["spec", "target", "name"]).unwrap_or_else(|| object.id.name.clone())
                }
                ("cert-manager.io", "Certificate") => text(&["spec", "secretName"])?,
                _ => return None,
            };
            Some((object.id.namespace.clone()?, name))
        })
        .collect()
}
