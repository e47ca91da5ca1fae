//! The operator's own installation: the chart of its definitions, and after that its own.

use super::operator::RestateOperator;
use super::settings::Settings;
use super::versions::{DEFINITIONS_CHART, OPERATOR_CHART, REPOSITORY, Version};
use crate::component::{App, AppId, Chart, ChartSource, Part};
use crate::value::{Traced, Value, manifest};

/// What the chart calls the operator, and so labels its pods, unless it is told another name.
pub(super) const NAME: &str = "restate-operator";
/// The key of the label of the operator's pods, which its chart does not let anybody change.
pub(super) const LABEL: &str = "app";

/// The variable of the operator that names the image of tunnels.
const TUNNEL_IMAGE: &str = "OPERATOR_TUNNEL_CLIENT_DEFAULT_IMAGE";

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

/// Returns the settings of the operator that the objects of a tree install, if they install one. What no object tells,
/// such as the optional definitions that the cluster serves, is taken to be as it is `now`.
pub(super) fn read_back(objects: &[Value], now: &Settings) -> Option<Settings> {
    let (mut version, mut read) = (None, None);
    for object in objects {
        let source = object.at(&["spec", "sources"]).and_then(Value::as_list).unwrap_or_default().iter();
        let source = source.into_iter().find(|source| text(source, &["chart"]).as_deref() == Some(OPERATOR_CHART));
        if let Some(source) = source {
            // Argo CD has all in one Application.
            version = text(source, &["targetRevision"]).or(version);
            let namespace = text(object, &["spec", "destination", "namespace"]);
            read = Some(as_said(namespace, source.at(&["helm", "valuesObject"]), now));
        } else if text(object, &["metadata", "name"]).as_deref() == Some(NAME) {
            // Flux has the version in an OCIRepository beside the HelmRelease.
            version = text(object, &["spec", "ref", "tag"]).or(version);
            let values = object.at(&["spec", "values"]);
            read = values.map(|values| as_said(text(object, &["metadata", "namespace"]), Some(values), now)).or(read);
        }
    }
    let version = version.as_deref().and_then(Version::of_chart).map(Traced::literal);
    read.map(|settings| Settings { version: version.unwrap_or_else(|| now.version.clone()), ..settings })
}

/// Returns the settings that the values of the chart say.
fn as_said(namespace: Option<String>, values: Option<&Value>, now: &Settings) -> Settings {
    let said = |key: &str| values?.get(key);
    let literal = |key: &str| Some(Traced::literal(said(key)?.as_str()?.to_owned()));
    let defaults = Settings { installed_crds: now.installed_crds.clone(), ..Settings::default() };
    let label = literal("nameOverride").map(|value| (Traced::literal(LABEL.to_owned()), value));
    let mut env = said("env").and_then(Value::as_list).unwrap_or_default().iter();
    let image = env.rfind(|entry| text(entry, &["name"]).as_deref() == Some(TUNNEL_IMAGE));
    let image = image.and_then(|entry| text(entry, &["value"])).map(Traced::literal);
    Settings {
        namespace: namespace.map_or(defaults.namespace, Traced::literal),
        label: label.or(defaults.label),
        aws_pod_identity_association_cluster: literal("awsPodIdentityAssociationCluster"),
        gcp_workload_identity: Traced::literal(said("gcpWorkloadIdentity").and_then(Value::as_bool) == Some(true)),
        tunnel_client_default_image: image.unwrap_or(defaults.tunnel_client_default_image),
        canary_image: literal("canaryImage").unwrap_or(defaults.canary_image),
        ..defaults
    }
}

fn text(value: &Value, path: &[&str]) -> Option<String> {
    Some(value.at(path)?.as_str()?.to_owned())
}

/// Returns what the declaration says that the chart does not do by itself.
fn values(operator: &RestateOperator, settings: &Settings) -> Value {
    let spec = &operator.spec;
    let label = settings.label.as_ref().map(|(_, value)| value).filter(|value| value.get() != NAME);
    let google = spec.gcp_workload_identity.then(|| true);
    let environment =
        spec.tunnel_client_default_image.as_ref().map(|image| manifest!([{ name: TUNNEL_IMAGE, value: image }]));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the values say is read back from the objects of either engine.
    #[test]
    fn settings_are_read_back() {
        let values = || {
            manifest!({
                installCrds: false, nameOverride: "keeper", canaryImage: "busybox:1", gcpWorkloadIdentity: true,
                env: [{ name: TUNNEL_IMAGE, value: "tunnel:1" }],
            })
        };
        let flux = [
            manifest!({
                kind: "HelmRelease", metadata: { name: NAME, namespace: "operators" }, spec: { values: values() },
            }),
            manifest!({ kind: "OCIRepository", metadata: { name: NAME }, spec: { ref: { tag: "3.0.1" } } }),
        ];
        let source = manifest!({
            chart: OPERATOR_CHART, targetRevision: "3.0.1", helm: { valuesObject: values() },
        });
        let argo = [manifest!({ spec: { destination: { namespace: "operators" }, sources: [source] } })];
        for objects in [&flux[..], &argo[..]] {
            let read = read_back(objects, &Settings::default()).unwrap();
            assert_eq!(*read.version.get(), Version::V3_0);
            assert_eq!(read.namespace.get(), "operators");
            assert_eq!(read.label.unwrap().1.get(), "keeper");
            assert_eq!(read.canary_image.get(), "busybox:1");
            assert_eq!(read.tunnel_client_default_image.get(), "tunnel:1");
            assert!(*read.gcp_workload_identity.get() && read.aws_pod_identity_association_cluster.is_none());
        }
        assert!(read_back(&[manifest!({ metadata: { name: "other" } })], &Settings::default()).is_none());
    }
}
