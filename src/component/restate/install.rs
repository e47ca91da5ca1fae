//! The operator's own installation: the chart of its definitions, and after that its own.

use super::operator::RestateOperator;
use super::settings::Settings;
use super::versions::{DEFINITIONS_CHART, OPERATOR_CHART, REPOSITORY};
use crate::component::{App, AppId, Chart, ChartSource, Part};
use crate::value::{Traced, Value, manifest};

/// What the chart calls the operator, and so labels its pods, unless it is told another name.
pub(super) const NAME: &str = "restate-operator";
/// The key of the label of the operator's pods, which its chart does not let anybody change.
pub(super) const LABEL: &str = "app";

/// Returns the identifier of the operator's app.
pub(super) fn app_id(settings: &Settings) -> Traced<AppId> {
    settings.namespace.map(|namespace| AppId::new(namespace.clone(), NAME))
}

/// Returns the app of the definitions and that of the operator, which watches them from its start.
pub(super) fn apps(operator: &RestateOperator, settings: &Settings) -> Vec<App> {
    let definitions = settings.namespace.map(|namespace| AppId::new(namespace.clone(), DEFINITIONS_CHART));
    let apps = [
        App::new(definitions.clone(), vec![chart(operator, settings, DEFINITIONS_CHART, DEFINITIONS_CHART, None)]),
        App::new(
            app_id(settings),
            vec![chart(operator, settings, NAME, OPERATOR_CHART, Some(values(operator, settings)))],
        )
        .after([definitions]),
    ];
    apps.into()
}

fn chart(
    operator: &RestateOperator,
    settings: &Settings,
    release: &str,
    name: &'static str,
    values: Option<Value>,
) -> Part {
    let version = match &operator.spec.chart_version {
        Some(version) => version.clone(),
        None => settings.version.map(|version| version.chart().to_owned()),
    };
    Part::Chart(Chart {
        release: Traced::literal(release.to_owned()),
        namespace: settings.namespace.clone(),
        source: ChartSource::Oci(format!("{REPOSITORY}/{name}")),
        name,
        version,
        values: values.unwrap_or_else(|| manifest!({})),
        // The definitions are marked to be kept by Helm itself.
        keep: false,
    })
}

/// Returns what the declaration says that the chart does not do by itself.
fn values(operator: &RestateOperator, settings: &Settings) -> Value {
    let spec = &operator.spec;
    let label = settings.label.as_ref().map(|(_, value)| value).filter(|value| value.get() != NAME);
    let google = spec.gcp_workload_identity.then(|| true);
    let environment = spec
        .tunnel_client_default_image
        .as_ref()
        .map(|image| manifest!([{ name: "OPERATOR_TUNNEL_CLIENT_DEFAULT_IMAGE", value: image }]));
    manifest!({
        // They have a stage of their own, so that whatever needs them can wait for them.
        installCrds: false,
        nameOverride: label,
        awsPodIdentityAssociationCluster: spec.aws_pod_identity_association_cluster,
        gcpWorkloadIdentity: google,
        clusterDns: spec.cluster_dns,
        canaryImage: spec.canary_image,
        env: environment,
    })
}
