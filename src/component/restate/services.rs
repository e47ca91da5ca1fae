//! The Services, the ServiceAccount, the disruption budget and the Namespace.

use super::making::Making;
use crate::value::{Traced, Value, manifest};

/// What proxies must speak to the ports: HTTP/2 without TLS.
pub(super) const PROTOCOL: &str = "kubernetes.io/h2c";

/// Returns the Namespace, which is named like the cluster.
pub(super) fn namespace(making: &Making<'_>) -> Value {
    let annotations = (!making.annotations().is_empty()).then(|| making.annotations());
    manifest!({
        apiVersion: "v1", kind: "Namespace",
        metadata: { name: making.name(), labels: making.labels(), annotations: annotations },
    })
}

pub(super) fn service_account(making: &Making<'_>) -> Value {
    let annotations = making.security().and_then(|security| security.service_account_annotations.as_ref());
    manifest!({
        apiVersion: "v1", kind: "ServiceAccount",
        metadata: making.annotated("restate", annotations),
    })
}

/// Returns the Service that callers and administrators use.
pub(super) fn service(making: &Making<'_>) -> Value {
    let annotations = making.security().and_then(|security| security.service_annotations.as_ref());
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: making.annotated("restate", annotations),
        spec: {
            selector: making.own_labels(),
            ports: [
                { name: "ingress", port: 8080i64, appProtocol: PROTOCOL },
                { name: "admin", port: 9070i64, appProtocol: PROTOCOL },
                { name: "metrics", port: 5122i64, appProtocol: PROTOCOL },
            ],
        },
    })
}

/// Returns the Service that gives each node its name. Nodes need each other before they are ready.
pub(super) fn node_service(making: &Making<'_>) -> Value {
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: making.metadata(&Traced::literal("restate-cluster".to_owned())),
        spec: {
            clusterIP: "None",
            publishNotReadyAddresses: true,
            selector: making.own_labels(),
            ports: [{ name: "node", port: 5122i64, appProtocol: PROTOCOL }],
        },
    })
}

/// Returns the budget: one node at a time, whatever their number.
pub(super) fn disruption_budget(making: &Making<'_>) -> Value {
    manifest!({
        apiVersion: "policy/v1", kind: "PodDisruptionBudget",
        metadata: making.metadata(&Traced::literal("restate".to_owned())),
        spec: { maxUnavailable: 1i64, selector: { matchLabels: making.own_labels() } },
    })
}
