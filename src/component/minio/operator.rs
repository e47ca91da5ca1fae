//! The operator: its chart, in a stage before every Tenant.

use super::{MinIO, versions};
use crate::component::{App, AppId, Chart, ChartSource, Part};
use crate::value::{Traced, manifest};

/// Returns the identifier of the operator's app.
pub(super) fn app_id(minio: &MinIO) -> Traced<AppId> {
    minio.spec.operator.namespace().map(|namespace| AppId::new(namespace.clone(), "minio-operator"))
}

/// Returns the operator's app, unless something else installs it.
pub(super) fn app(minio: &MinIO) -> Option<App> {
    let operator = &minio.spec.operator;
    let install = operator.install.clone().unwrap_or_else(|| Traced::literal(true));
    // One replica: the chart's default of two needs two nodes, since its anti-affinity is required.
    let replicas = operator.replicas.clone().unwrap_or_else(|| Traced::literal(1));
    let version =
        operator.chart_version.clone().unwrap_or_else(|| Traced::literal(versions::OPERATOR_VERSION.to_owned()));
    install.get().then(|| {
        let chart = Chart {
            release: Traced::literal("minio-operator".to_owned()),
            namespace: operator.namespace(),
            source: ChartSource::Http(versions::OPERATOR_REPOSITORY.to_owned()),
            name: versions::OPERATOR_CHART,
            version,
            values: manifest!({ operator: { replicaCount: replicas } }),
            // The chart's CRDs are templates: removing the release deletes them, and every Tenant with them.
            keep: true,
        };
        App { timeout: "10m", ..App::new(app_id(minio).because(install.origin()), vec![Part::Chart(chart)]) }
    })
}
