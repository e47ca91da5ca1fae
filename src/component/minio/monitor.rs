//! The monitor, in a stage of its own: its CRD comes with the Prometheus operator and may be missing.

use super::MinIO;
use crate::component::App;
use crate::value::{Value, manifest};

pub(super) fn app(minio: &MinIO) -> Option<App> {
    let enabled = minio.spec.monitoring.enabled();
    let monitor = enabled.then(|| service_monitor(minio))?;
    let id = minio.metadata.app_id("-monitor").because(enabled.origin());
    Some(App::new(id, vec![monitor.get().clone().because(enabled.origin()).into()]).after([minio.metadata.app_id("")]))
}

/// Without TLS the port of the S3 Service is named `http-minio`.
fn service_monitor(minio: &MinIO) -> Value {
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: {
            selector: { matchLabels: minio.service_labels() },
            namespaceSelector: { matchNames: [minio.metadata.namespace()] },
            endpoints: [
                { port: "http-minio", scheme: "http", path: "/minio/v2/metrics/cluster", interval: "60s" },
                { port: "http-minio", scheme: "http", path: "/minio/v2/metrics/node", interval: "60s" },
            ],
        },
    })
}
