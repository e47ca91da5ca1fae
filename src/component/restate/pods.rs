//! The StatefulSet.

use super::making::{Making, Texts};
use super::{config_map, env, extras};
use crate::value::{Checked, Map, Node, Traced, Value, manifest};

/// The name of the container that serves.
pub(super) const SERVER: &str = "restate";

pub(super) fn stateful_set(making: &Making<'_>) -> Value {
    let spec = &making.declared.spec;
    let (compute, storage) = (&spec.compute, &spec.storage);
    let extras = extras::of(making);
    let resources = compute.resources.as_ref().map(|resources| quantities(resources.value()));
    let grace = compute.termination_grace_period_seconds.clone().unwrap_or_else(|| Traced::literal(60));
    let pull_secrets = compute
        .image_pull_secrets
        .as_ref()
        .map(|secrets| secrets.iter().map(|secret| manifest!({ name: secret.name })).collect::<Vec<_>>());
    let container = manifest!({
        name: SERVER,
        image: compute.image,
        imagePullPolicy: compute.image_pull_policy,
        command: compute.command,
        args: compute.args,
        env: env::of(making, &extras),
        ports: [
            { name: "ingress", containerPort: 8080i64 },
            { name: "admin", containerPort: 9070i64 },
            { name: "metrics", containerPort: 5122i64 },
        ],
        readinessProbe: { httpGet: { path: "/health", port: 9070i64 }, initialDelaySeconds: 30i64 },
        resources: resources,
        lifecycle: compute.lifecycle,
        securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        volumeMounts: [
            { name: "storage", mountPath: "/restate-data" },
            { name: "tmp", mountPath: "/tmp" },
            { name: "config", mountPath: "/config", readOnly: true },
            ..extras.mounts,
            ..compute.extra_volume_mounts,
        ],
    });
    let init_containers = extras.init_containers.into_iter().chain(sidecars(making)).collect::<Vec<_>>();
    let init_containers = (!init_containers.is_empty()).then_some(init_containers);
    let extra_volumes = typed(compute.extra_volumes.as_deref());
    manifest!({
        apiVersion: "apps/v1", kind: "StatefulSet",
        metadata: making.metadata(&Traced::literal("restate".to_owned())),
        spec: {
            replicas: compute.replicas,
            podManagementPolicy: "Parallel",
            serviceName: "restate-cluster",
            selector: { matchLabels: making.own_labels() },
            template: {
                metadata: pod_metadata(making, &extras.annotations),
                spec: {
                    automountServiceAccountToken: false,
                    serviceAccountName: "restate",
                    imagePullSecrets: pull_secrets,
                    priorityClassName: compute.priority_class_name,
                    affinity: compute.affinity,
                    nodeSelector: compute.node_selector,
                    tolerations: compute.tolerations,
                    topologySpreadConstraints: compute.topology_spread_constraints,
                    dnsPolicy: compute.dns_policy,
                    dnsConfig: compute.dns_config,
                    terminationGracePeriodSeconds: grace,
                    securityContext: {
                        runAsUser: 1000i64, runAsGroup: 3000i64, fsGroup: 2000i64,
                        fsGroupChangePolicy: "OnRootMismatch",
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    initContainers: init_containers,
                    containers: [container],
                    volumes: [
                        { name: "tmp", emptyDir: {} },
                        { name: "config", configMap: { name: config_map::name(making) } },
                        ..extras.volumes,
                        ..extra_volumes,
                    ],
                },
            },
            volumeClaimTemplates: [{
                apiVersion: "v1", kind: "PersistentVolumeClaim",
                metadata: { name: "storage", labels: making.own_labels() },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: storage.storage_request_bytes.map(ToString::to_string) } },
                    storageClassName: storage.storage_class_name,
                    volumeAttributesClassName: storage.volume_attributes_class_name,
                },
            }],
        },
    })
}

/// Returns the metadata of the pods: those of `compute`, then those of the resource, then the operator's own.
fn pod_metadata(making: &Making<'_>, internal: &Texts) -> Value {
    let compute = &making.declared.spec.compute;
    let mut labels = compute.labels.clone().unwrap_or_default();
    labels.extend(making.labels().clone());
    let mut annotations = compute.annotations.clone().unwrap_or_default();
    annotations.extend(making.annotations().clone());
    annotations.extend(internal.clone());
    let annotations = (!annotations.is_empty()).then_some(annotations);
    manifest!({ labels: labels, annotations: annotations })
}

/// Returns the sidecars, each of which is always restarted: that is what makes an init container one.
fn sidecars(making: &Making<'_>) -> Vec<Value> {
    let mut sidecars = typed(making.declared.spec.compute.sidecars.as_deref());
    for sidecar in sidecars.iter_mut().filter_map(Value::as_map_mut) {
        sidecar.insert("restartPolicy", Value::new("Always"));
    }
    sidecars
}

/// Returns values as the operator sends them on.
pub(super) fn typed<T>(values: Option<&[Checked<T>]>) -> Vec<Value> {
    values.unwrap_or_default().iter().map(|value| quantities(value.value())).collect()
}

/// Returns `value` with every quantity as text, where it was written as an integer.
pub(super) fn quantities(value: &Value) -> Value {
    fn is_quantity(key: &str) -> bool {
        matches!(key, "sizeLimit" | "divisor")
    }
    fn convert(value: &Value, here: bool, below: bool) -> Value {
        let node = match &value.node {
            Node::Int(number) if here => Node::from(number.to_string()),
            Node::List(items) => Node::List(items.iter().map(|item| convert(item, false, false)).collect()),
            Node::Map(map) => {
                let mut converted = Map::new();
                for entry in map {
                    let amounts = matches!(entry.key.as_ref(), "requests" | "limits");
                    let mut entry = entry.clone();
                    entry.value = convert(&entry.value, below || is_quantity(&entry.key), amounts);
                    converted.push(entry);
                }
                Node::Map(converted)
            }
            node => node.clone(),
        };
        Value { node, origin: value.origin.clone() }
    }
    convert(value, false, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_text() {
        let resources = manifest!({ requests: { cpu: 2i64, memory: "1Gi" }, claims: [{ name: "x" }] });
        let expected = manifest!({ requests: { cpu: "2", memory: "1Gi" }, claims: [{ name: "x" }] });
        assert_eq!(quantities(&resources), expected);
        let volume = manifest!({ name: "v", emptyDir: { sizeLimit: 5i64 }, configMap: { defaultMode: 493i64 } });
        let expected = manifest!({ name: "v", emptyDir: { sizeLimit: "5" }, configMap: { defaultMode: 493i64 } });
        assert_eq!(quantities(&volume), expected);
    }
}
