//! The operator: its chart, in a stage before every Tenant.

use super::{MinIO, versions};
use crate::component::{App, AppId, Authority, Chart, ChartSource, Holds, NeededSecret, Part};
use crate::value::{Origin, Traced, manifest, text};

/// Returns the identifier of the operator's app.
pub(super) fn app_id(minio: &MinIO) -> Traced<AppId> {
    minio.spec.operator.namespace().map(|namespace| AppId::new(namespace.clone(), "minio-operator"))
}

/// Returns the operator's app, unless something else installs it.
pub(super) fn app(minio: &MinIO) -> Option<App> {
    let operator = &minio.spec.operator;
    let install = is_installed(minio);
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

/// Returns the Secret by which the operator trusts a certificate that it did not have made: it reads the key `ca.crt` of
/// every Secret in its namespace whose name begins so, when it starts.
/// Source: `pkg/controller/operator.go` of the operator.
pub(super) fn trust(minio: &MinIO, claimant: &Origin) -> Option<NeededSecret> {
    let holds = match minio.spec.tls.authority()? {
        Authority::Certificate(certificate) => Holds::text(certificate),
        Authority::Cluster(_) => return None,
        Authority::Shared { name, key, .. } => {
            Holds::Somebody(text!("what the key `{}` of `{}` holds in every namespace that needs it", key, name))
        }
    };
    let standalone = minio.is_standalone();
    let installed = is_installed(minio);
    (!standalone.get()).then(|| NeededSecret {
        namespace: minio.spec.operator.namespace(),
        name: text!("operator-ca-tls-{}-{}", minio.metadata.namespace(), minio.metadata.name()),
        keys: vec![("ca.crt".into(), holds)],
        purpose: text!("trust of the MinIO operator in the servers of `{}`", minio.metadata.name()),
        of_store: false,
        app: if *installed.get() { app_id(minio) } else { minio.metadata.app_id("") },
        claimant: claimant.and(installed.origin()),
    })
}

/// Whether the tree installs the operator.
pub(super) fn is_installed(minio: &MinIO) -> Traced<bool> {
    let install = minio.spec.operator.install.clone().unwrap_or_else(|| Traced::literal(true));
    install.zip(&minio.is_standalone(), |&install, &standalone| install && !standalone)
}
