//! The monitor, in a stage of its own: its CRD comes with the Prometheus operator and may be missing.

use super::Velero;
use crate::component::App;
use crate::value::{Value, manifest};

pub(super) fn app(velero: &Velero) -> Option<App> {
    let enabled = velero.spec.monitoring.enabled.clone().unwrap_or_default();
    let monitor = enabled.then(|| service_monitor(velero))?;
    let id = velero.metadata.app_id("-monitor").because(enabled.origin());
    Some(App::new(id, vec![monitor.get().clone().because(enabled.origin()).into()]).after([velero.metadata.app_id("")]))
}

fn service_monitor(velero: &Velero) -> Value {
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor",
        metadata: {
            name: velero.metadata.name(), namespace: velero.metadata.namespace(), labels: velero.metadata.labels(),
        },
        spec: {
            selector: { matchLabels: velero.labels() },
            namespaceSelector: { matchNames: [velero.metadata.namespace()] },
            endpoints: [{ port: "http-monitoring", scheme: "http", path: "/metrics", interval: "30s" }],
        },
    })
}
