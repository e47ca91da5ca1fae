//! The monitor, in a stage of its own: its CRD comes with the Prometheus operator and may be missing.

use super::{MinIO, watch};
use crate::component::{App, Part, Store};
use crate::value::{Value, manifest};

pub(super) fn app(minio: &MinIO, store: &Store) -> Option<App> {
    let enabled = minio.spec.monitoring.enabled();
    if !enabled.get() {
        return None;
    }
    let authority = minio.trust(store).map(|trust| trust.place.selector().because(&trust.volume.origin));
    let monitor = service_monitor(minio, store, authority.as_ref()).because(enabled.origin());
    let id = minio.metadata.app_id("-monitor").because(enabled.origin());
    let rules = watch::rules(minio).map(|rules| rules.because(enabled.origin()));
    let parts = std::iter::once(monitor).chain(rules).map(Part::from).collect();
    Some(App::new(id, parts).after([minio.metadata.app_id("")]))
}

/// The port of the S3 Service tells by its name whether it speaks TLS.
fn service_monitor(minio: &MinIO, store: &Store, authority: Option<&Value>) -> Value {
    let scheme = store.tls.map(|&tls| if tls { "https" } else { "http" });
    let tls = store.tls.then(|| manifest!({ ca: authority, serverName: store.host }));
    let endpoint = |path: &'static str| manifest!({ port: minio.port_name(), scheme: scheme, tlsConfig: tls, path: path, interval: "60s" });
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: {
            selector: { matchLabels: minio.service_labels() },
            namespaceSelector: { matchNames: [minio.metadata.namespace()] },
            endpoints: [endpoint("/minio/v2/metrics/cluster"), endpoint("/minio/v2/metrics/node")],
        },
    })
}
