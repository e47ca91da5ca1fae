//! The monitor, in a stage of its own: its CRD comes with the Prometheus operator and may be missing.

use super::Loki;
use crate::component::App;
use crate::value::{Value, manifest, text};

pub(super) fn app(loki: &Loki) -> Option<App> {
    let enabled = loki.spec.monitoring.enabled.clone().unwrap_or_default();
    let monitor = enabled.then(|| service_monitor(loki))?;
    let id = loki.metadata.app_id("-monitor").because(enabled.origin());
    Some(App::new(id, vec![monitor.get().clone().because(enabled.origin()).into()]).after([loki.metadata.app_id("")]))
}

/// The chart marks headless Services, which would count every pod a second time. Its dashboards know jobs by the names
/// of namespace and Service.
fn service_monitor(loki: &Loki) -> Value {
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor",
        metadata: { name: loki.metadata.name(), namespace: loki.metadata.namespace(), labels: loki.metadata.labels() },
        spec: {
            selector: {
                matchLabels: loki.labels(),
                matchExpressions: [{ key: "prometheus.io/service-monitor", operator: "NotIn", values: ["false"] }],
            },
            namespaceSelector: { matchNames: [loki.metadata.namespace()] },
            endpoints: [{
                port: "http-metrics", scheme: "http", path: "/metrics", interval: "15s",
                relabelings: [{
                    action: "replace", sourceLabels: ["job"], targetLabel: "job",
                    replacement: text!("{}/$1", loki.metadata.namespace()),
                }],
            }],
        },
    })
}
