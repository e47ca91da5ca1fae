//! Who makes the objects of a cluster: the engine, from a tree that holds them, or the operator, from the resource itself.

use super::declaration::RestateCluster;
use super::making::{self, Making};
use super::{install, network, services};
use crate::component::{AppId, Health, Part};
use crate::value::{self, Map, Node, Origin, Traced, Value, manifest};

/// The annotation that chooses.
pub(super) const ANNOTATION: &str = "bayplan.dev/delivery";
/// The objects stand in the tree: so it is where nothing is said.
pub(super) const EXPANDED: &str = "expanded";
/// The resource stands in the tree, and the operator makes the objects.
pub(super) const OPERATOR: &str = "operator";

/// A resource without a status would count as ready at once.
pub(super) const HEALTH: Health = Health {
    api_version: "restate.dev/v1",
    kind: "RestateCluster",
    current: "has(status.conditions) && status.conditions.exists(e, e.type == 'Ready' && e.status == 'True')",
    in_progress: "!has(status.conditions) || status.conditions.exists(e, e.type == 'Ready' && e.status == 'False')",
    failed: "has(status.conditions) && status.conditions.exists(e, e.type == 'Ready' && e.status == 'Unknown' && e.reason == 'FailedReconcile')",
    lua: Some(include_str!("ready.lua")),
};

/// A resource that the operator gets.
pub(super) struct ByOperator {
    resource: Value,
    because: Origin,
}

/// Reads a resource, and keeps it as it is written where the operator is to get it.
pub(super) fn declare(document: &Value) -> Result<RestateCluster, String> {
    let mut declared: RestateCluster = value::from_value(document).map_err(|mismatch| mismatch.to_string())?;
    if is_by_operator(&declared) {
        declared.written = Some(document.clone());
    }
    Ok(declared)
}

/// Whether the operator is to make the objects.
pub(super) fn is_by_operator(declared: &RestateCluster) -> bool {
    declared.metadata.annotations.get(ANNOTATION).is_some_and(|wish| wish.get() == OPERATOR)
}

/// Returns the resource that the operator gets, if it is to get one: what the operator makes of it needs no delivery.
pub(super) fn by_operator(making: &Making<'_>) -> Option<ByOperator> {
    let written = making.declared.written.as_ref().filter(|_| making.tree)?;
    let because = making.declared.metadata.annotations.get(ANNOTATION)?.origin().clone();
    Some(ByOperator { resource: resource(written, making), because })
}

impl ByOperator {
    /// Returns the Namespace, which the operator takes as it finds it, so that Secrets have a place before anything
    /// runs; the resource; and what the operator will make of that.
    pub(super) fn parts(&self, making: &Making<'_>) -> Vec<Part> {
        let cluster: RestateCluster = value::from_value(&self.resource).expect("what was read can be read again");
        let twin = Making::twin(&cluster, making.settings.clone());
        let parts = if twin.pause().is_some() { Vec::new() } else { super::parts(&twin) };
        let made = parts.into_iter().filter_map(|part| match part {
            Part::Object(manifest) if !is_namespace(&manifest.value) => Some(Part::Known(manifest.value)),
            _ => None,
        });
        let resource = self.resource.clone().because(&self.because);
        [Part::kept(services::namespace(making)), resource.into()].into_iter().chain(made).collect()
    }

    /// Returns the stage of the operator. Where the project does not install it, there is none of that name.
    pub(super) fn operator(&self, making: &Making<'_>) -> Traced<AppId> {
        install::app_id(&making.settings).because(&self.because).because(&making.settings.declared)
    }
}

fn is_namespace(object: &Value) -> bool {
    object.get("kind").and_then(Value::as_str) == Some("Namespace")
}

/// Returns the resource as it was written, without what is meant for bayplan or set by an API server, and with what
/// snapshots need.
fn resource(written: &Value, making: &Making<'_>) -> Value {
    let mut resource = written.clone();
    let Some(map) = resource.as_map_mut() else { return resource };
    map.retain(|entry| entry.key != "status");
    if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_map_mut) {
        metadata.retain(|entry| matches!(entry.key.as_ref(), "name" | "labels" | "annotations"));
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_map_mut) {
            annotations.retain(|entry| !making::is_wish(&entry.key) && entry.key != making::LAST_APPLIED);
        }
        metadata.retain(|entry| entry.value.as_map().is_none_or(|map| !map.is_empty()));
    }
    let (Some(snapshots), Some(spec)) = (&making.snapshots, map.get_mut("spec")) else { return resource };
    let because = snapshots.because();
    append(spec, "compute", "env", snapshots.env(making.declared), because);
    let certificate = snapshots.untrusted_secret(making.declared);
    let certificate = certificate.map(|(name, key)| manifest!({ secretName: name, key: key }));
    append(spec, "security", "trustedCaCerts", certificate.into_iter().collect(), because);
    append(spec, "security", "networkEgressRules", network::to_store(making).into_iter().collect(), because);
    resource
}

/// Appends `items` to the list `key` in the map `section` of `spec`, which are there because of them if they were not.
fn append(spec: &mut Value, section: &'static str, key: &'static str, items: Vec<Value>, because: &Origin) {
    if items.is_empty() {
        return;
    }
    let section = entry(spec, section, || Value::new(Map::new()).because(because));
    let list = section.and_then(|section| entry(section, key, || Value::new(Vec::new()).because(because)));
    if let Some(Value { node: Node::List(list), .. }) = list {
        list.extend(items);
    }
}

/// Returns the value at `key`, an empty one where there is none.
fn entry<'value>(
    value: &'value mut Value,
    key: &'static str,
    empty: impl FnOnce() -> Value,
) -> Option<&'value mut Value> {
    let map = value.as_map_mut()?;
    if map.get(key).is_none_or(Value::is_null) {
        map.insert(key, empty());
    }
    map.get_mut(key)
}

/// Returns a list of what the annotation may say, for a message.
pub(super) fn choices() -> String {
    format!("`{EXPANDED}` or `{OPERATOR}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_grow_where_they_are_and_where_they_are_not() {
        let mut spec = manifest!({ compute: { env: [1i64] } });
        append(&mut spec, "compute", "env", vec![Value::new(2i64)], &Origin::default());
        append(&mut spec, "security", "networkEgressRules", vec![Value::new(3i64)], &Origin::default());
        append(&mut spec, "storage", "x", Vec::new(), &Origin::default());
        assert_eq!(spec, manifest!({ compute: { env: [1i64, 2i64] }, security: { networkEgressRules: [3i64] } }));
    }
}
