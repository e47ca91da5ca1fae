//! The operator: its chart, in a stage before every FlinkDeployment.

use super::{Flink, versions};
use crate::component::{App, AppId, Chart, ChartSource, Part};
use crate::value::{Traced, manifest};

/// Returns the identifier of the operator's app.
fn app_id(flink: &Flink) -> Traced<AppId> {
    flink.spec.operator.namespace().map(|namespace| AppId::new(namespace.clone(), versions::OPERATOR_CHART))
}

/// Returns the operator's app, unless something else installs it.
pub(super) fn app(flink: &Flink) -> Option<App> {
    let operator = &flink.spec.operator;
    let (install, version) = (operator.install(), operator.chart_version());
    if flink.spec.is_confluent() || !install.get() {
        return None;
    }
    let watched = Some(&operator.watch_namespaces).filter(|namespaces| !namespaces.is_empty());
    let chart = Chart {
        release: Traced::literal(versions::OPERATOR_CHART.to_owned()),
        namespace: operator.namespace(),
        source: ChartSource::Http(format!("{}{version}/", versions::OPERATOR_REPOSITORY)),
        name: versions::OPERATOR_CHART,
        version: version.clone(),
        values: manifest!({
            watchNamespaces: watched,
            // Its certificate comes from cert-manager, which need not be there.
            webhook: { create: operator.webhook.clone().unwrap_or_else(|| Traced::literal(false)) },
            // Each Flink has an account of its own.
            jobServiceAccount: { create: false },
            rbac: { jobRole: { create: false }, jobRoleBinding: { create: false } },
        }),
        keep: false,
    };
    let because = flink.spec.distribution.origin().and(install.origin()).and(version.origin());
    Some(App { timeout: "10m", ..App::new(app_id(flink).because(&because), vec![Part::Chart(chart)]) })
}

/// Returns the stage that the FlinkDeployment waits for.
pub(super) fn stage(flink: &Flink) -> Option<Traced<AppId>> {
    app(flink).map(|app| app.id)
}
