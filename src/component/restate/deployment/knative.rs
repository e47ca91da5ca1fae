//! A version as a Configuration of Knative, and the Route to it.

use super::Making;
use crate::component::restate::making::Texts;
use crate::value::{Traced, Value, manifest};

/// Knative reads it of a Route, and nowhere else.
const ROLLOUT: &str = "serving.knative.dev/rollout-duration";
/// The annotation that leads back to the deployment.
const DEPLOYMENT: &str = "restate.dev/deployment";
const API_VERSION: &str = "serving.knative.dev/v1";

/// Returns the Configuration.
pub(super) fn configuration(making: &Making<'_>) -> Value {
    let declared = making.declared;
    let mut annotations = making.user_annotations();
    annotations.remove(ROLLOUT);
    annotations.insert(DEPLOYMENT.to_owned(), declared.name());
    annotations.insert("restate.dev/tag".to_owned(), making.tag());
    if declared.spec.knative.as_ref().is_none_or(|knative| knative.tag.is_none()) {
        annotations.insert("restate.dev/pod-template".to_owned(), Traced::literal(making.version.template.clone()));
    }
    let mut labels = making.labels();
    labels.extend([managed()]);
    manifest!({
        apiVersion: API_VERSION, kind: "Configuration",
        metadata: {
            name: making.versioned_name(), namespace: declared.namespace(), labels: labels, annotations: annotations,
        },
        spec: { template: {
            metadata: { labels: pod_labels(making), annotations: pod_annotations(making) },
            spec: making.pod_spec(),
        } },
    })
}

/// Returns the Route, which nobody outside of the cluster reaches.
pub(super) fn route(making: &Making<'_>) -> Value {
    let declared = making.declared;
    let mut annotations = making.user_annotations();
    annotations.insert(DEPLOYMENT.to_owned(), declared.name());
    let mut labels = making.labels();
    let visibility = ("networking.knative.dev/visibility".to_owned(), Traced::literal("cluster-local".to_owned()));
    labels.extend([managed(), visibility]);
    let name = making.versioned_name();
    manifest!({
        apiVersion: API_VERSION, kind: "Route",
        metadata: { name: name, namespace: declared.namespace(), labels: labels, annotations: annotations },
        spec: { traffic: [{ configurationName: name, latestRevision: true, percent: 100i64 }] },
    })
}

fn pod_labels(making: &Making<'_>) -> Texts {
    let metadata = making.declared.spec.template.metadata.as_ref();
    let mut labels = metadata.and_then(|metadata| metadata.labels.clone()).unwrap_or_default();
    labels.extend([managed()]);
    labels.extend(making.allow_label());
    labels
}

/// Returns the annotations of the pods: the user's win over what is declared of the scale.
fn pod_annotations(making: &Making<'_>) -> Texts {
    let spec = &making.declared.spec;
    let metadata = spec.template.metadata.as_ref();
    let mut annotations = metadata.and_then(|metadata| metadata.annotations.clone()).unwrap_or_default();
    if let Some(knative) = &spec.knative {
        let least = knative.min_scale.clone().unwrap_or_else(|| Traced::literal(0));
        let scales = [
            ("min-scale", Some(&least)),
            ("max-scale", knative.max_scale.as_ref()),
            ("target", knative.target.as_ref()),
        ];
        for (key, value) in scales.into_iter().filter_map(|(key, value)| Some((key, value?))) {
            annotations
                .entry(format!("autoscaling.knative.dev/{key}"))
                .or_insert_with(|| value.map(ToString::to_string));
        }
    }
    annotations.insert(DEPLOYMENT.to_owned(), making.declared.name());
    annotations
}

fn managed() -> (String, Traced<String>) {
    super::managed_by_operator()
}
