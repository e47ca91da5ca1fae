//! A version as a ReplicaSet, and its Service.

use super::Making;
use crate::component::restate::making::Texts;
use crate::value::{Traced, Value, manifest};

/// The port at which Restate finds services, whatever port the pods listen at.
const PORT: i64 = 9080;
/// The name that marks the port of a container as that of the services.
const PORT_NAME: &str = "restate";
/// The label that tells one version's pods from another's.
pub(super) const HASH_LABEL: &str = "pod-template-hash";

/// Returns the ReplicaSet.
pub(super) fn replica_set(making: &Making<'_>) -> Value {
    let spec = &making.declared.spec;
    let name = making.versioned_name();
    let pod_labels = pod_labels(making);
    let labels: Texts = pod_labels.clone().into_iter().chain(making.own_labels()).collect();
    let mut annotations = making.annotations();
    annotations.insert("restate.dev/pod-template".to_owned(), Traced::literal(making.version.template.clone()));
    let mut pod_spec = making.pod_spec().clone();
    if let Some(tunnel) = &making.tunnel {
        annotations.insert(super::TUNNEL_NAME.to_owned(), name.clone());
        tunnel.inject(&name, &mut pod_spec);
    }
    let pod_annotations = spec.template.metadata.as_ref().and_then(|metadata| metadata.annotations.as_ref());
    let selector = spec.selector.as_ref().and_then(|selector| selector.value().get("matchExpressions"));
    manifest!({
        apiVersion: "apps/v1", kind: "ReplicaSet",
        metadata: { name: name, namespace: making.declared.namespace(), labels: labels, annotations: annotations },
        spec: {
            replicas: spec.replicas.clone().unwrap_or_else(|| Traced::literal(1)),
            minReadySeconds: spec.min_ready_seconds,
            selector: { matchLabels: match_labels(making), matchExpressions: selector },
            template: { metadata: { labels: pod_labels, annotations: pod_annotations }, spec: pod_spec },
        },
    })
}

/// Returns the Service by which Restate reaches the version.
pub(super) fn service(making: &Making<'_>) -> Value {
    let declared = making.declared;
    let mut labels = making.labels();
    labels.extend(making.own_labels());
    let annotations = making.annotations();
    let target = target_port(making.pod_spec()).map_or_else(|| Value::new(PORT), Value::clone);
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: {
            name: making.versioned_name(), namespace: declared.namespace(), labels: labels, annotations: annotations,
        },
        spec: {
            type: "ClusterIP",
            selector: match_labels(making),
            ports: [{ name: PORT_NAME, port: PORT, protocol: "TCP", targetPort: target }],
        },
    })
}

/// Returns the labels of the version's pods.
pub(super) fn pod_labels(making: &Making<'_>) -> Texts {
    let metadata = making.declared.spec.template.metadata.as_ref();
    let mut labels = metadata.and_then(|metadata| metadata.labels.clone()).unwrap_or_default();
    labels.insert(HASH_LABEL.to_owned(), Traced::literal(making.version.hash.clone()));
    labels.extend(making.allow_label());
    labels
}

/// Returns the labels that select the version's pods: the user's, and the hash.
fn match_labels(making: &Making<'_>) -> Value {
    let selector = making.declared.spec.selector.as_ref();
    let written = selector.and_then(|selector| selector.value().get("matchLabels")).cloned();
    let mut labels = written.filter(|labels| labels.as_map().is_some()).unwrap_or_else(|| manifest!({}));
    if let Some(map) = labels.as_map_mut() {
        map.insert(HASH_LABEL, Value::new(making.version.hash.clone()));
    }
    labels
}

/// Returns the port of the services: the first that is named so, else the first of all.
fn target_port(pod_spec: &Value) -> Option<&Value> {
    let containers = pod_spec.get("containers").and_then(Value::as_list).unwrap_or_default();
    let ports = || containers.iter().filter_map(|container| container.get("ports")?.as_list()).flatten();
    let named = |port: &&Value| port.get("name").and_then(Value::as_str) == Some(PORT_NAME);
    ports().find(named).or_else(|| ports().next())?.get("containerPort")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn target(containers: impl crate::value::ToValue, expected: Option<i64>) {
        assert_eq!(target_port(&manifest!({ containers: containers })).and_then(Value::as_int), expected);
    }

    #[test]
    fn the_port_named_restate_is_taken_else_the_first() {
        target(manifest!([{ ports: [{ containerPort: 1i64 }, { containerPort: 2i64, name: "restate" }] }]), Some(2));
        target(
            manifest!([{ ports: [{ containerPort: 1i64, name: "x" }] }, { ports: [{ containerPort: 2i64 }] }]),
            Some(1),
        );
        target(
            manifest!([{ name: "a" }, { ports: [] }, { ports: [{ name: "restate", containerPort: 3i64 }] }]),
            Some(3),
        );
        target(manifest!([{ name: "a" }]), None);
        target(manifest!([]), None);
    }
}
