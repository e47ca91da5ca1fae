//! The monitor, in a stage of its own: its CRD comes with the Prometheus operator and may be missing.

use super::Tempo;
use crate::component::App;
use crate::value::{Value, manifest, text};

pub(super) fn app(tempo: &Tempo) -> Option<App> {
    let enabled = tempo.spec.monitoring.enabled.clone().unwrap_or_default();
    let mode = tempo.spec.mode();
    let monitor = enabled.then(|| {
        let monitor = if mode.get().is_distributed() { pod_monitor(tempo) } else { service_monitor(tempo) };
        monitor.because(mode.origin())
    })?;
    let id = tempo.metadata.app_id("-monitor").because(enabled.origin());
    Some(App::new(id, vec![monitor.get().clone().because(enabled.origin()).into()]).after([tempo.metadata.app_id("")]))
}

/// The chart's headless Service has the labels of the other: of the two, one is kept, so that the pod counts once.
fn service_monitor(tempo: &Tempo) -> Value {
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor",
        metadata: metadata(tempo),
        spec: {
            selector: { matchLabels: tempo.labels() },
            namespaceSelector: { matchNames: [tempo.metadata.namespace()] },
            endpoints: [{
                port: "tempo-prom-metrics", scheme: "http", path: "/metrics", interval: "15s",
                relabelings: [{
                    action: "keep", sourceLabels: ["__meta_kubernetes_service_name"], regex: tempo.metadata.name(),
                }],
            }],
        },
    })
}

/// Some parts have two Services and others none, and memcached has no such port: pods are asked. Dashboards know jobs by
/// the names of namespace and part, which is what the chart calls the container.
fn pod_monitor(tempo: &Tempo) -> Value {
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "PodMonitor",
        metadata: metadata(tempo),
        spec: {
            selector: { matchLabels: { ..tempo.labels(), "app.kubernetes.io/part-of": "memberlist" } },
            namespaceSelector: { matchNames: [tempo.metadata.namespace()] },
            podMetricsEndpoints: [{
                port: "http-metrics", scheme: "http", path: "/metrics", interval: "15s",
                relabelings: [{
                    action: "replace", sourceLabels: ["__meta_kubernetes_pod_container_name"], targetLabel: "job",
                    replacement: text!("{}/$1", tempo.metadata.namespace()),
                }],
            }],
        },
    })
}

fn metadata(tempo: &Tempo) -> Value {
    let metadata = &tempo.metadata;
    manifest!({ name: metadata.name(), namespace: metadata.namespace(), labels: metadata.labels() })
}
