//! The monitor, in a stage of its own: its CRD comes with the Prometheus operator and may be missing.

use super::MLflow;
use crate::component::App;
use crate::value::{Value, manifest};

pub(super) fn app(mlflow: &MLflow) -> Option<App> {
    let enabled = &mlflow.spec.monitoring.enabled;
    let monitor = enabled.get().then(|| service_monitor(mlflow).because(enabled.origin()))?;
    let id = mlflow.metadata.app_id("-monitor").because(enabled.origin());
    Some(App::new(id, vec![monitor.into()]).after([mlflow.metadata.app_id("")]))
}

fn service_monitor(mlflow: &MLflow) -> Value {
    manifest!({
        apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor",
        metadata: {
            name: mlflow.metadata.name(), namespace: mlflow.metadata.namespace(), labels: mlflow.metadata.labels(),
        },
        spec: {
            selector: { matchLabels: mlflow.labels() },
            namespaceSelector: { matchNames: [mlflow.metadata.namespace()] },
            endpoints: [{ port: "http", scheme: "http", path: "/metrics", interval: "30s" }],
        },
    })
}
