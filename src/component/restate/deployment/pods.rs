//! The spec of the pods, which the definition of the resource leaves open: what becomes of it is known here, too.

use std::sync::OnceLock;

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::{Value as Json, json};

use super::declaration::Mode;
use crate::diagnostic::{Diagnostic, Severity};
use crate::value::{Origin, Value};
use crate::{kube, shape};

/// Where the spec stands in the resource.
const AT: &str = "spec.template.spec";

/// Returns what is wrong with `pod_spec`. The resource is refused only where the operator or the API server cannot read
/// the spec at all; what else is wrong is found when its pods are made.
pub(super) fn check(pod_spec: &Value, mode: Mode, declared: &Origin) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let schema = match mode {
        Mode::Replicaset => replica_set_schema(),
        Mode::Knative => knative_schema(),
    };
    shape::check_declared(pod_spec, schema, AT, declared, &mut found);
    for one in &mut found {
        one.refused = match &*one.code {
            "shape/wrong-type" => true,
            // The API server reads quantities; the operator takes any text for one.
            "shape/invalid-quantity" => mode == Mode::Replicaset,
            // The operator reads the spec for Knative into types of its own, which have no defaults.
            "shape/missing-field" => mode == Mode::Knative,
            "shape/unknown-field" if mode == Mode::Replicaset => {
                // It is part of the version's hash, and then dropped.
                one.severity = Severity::Warning;
                false
            }
            _ => false,
        };
    }
    found
}

fn replica_set_schema() -> &'static Json {
    static SCHEMA: OnceLock<Json> = OnceLock::new();
    SCHEMA.get_or_init(kube::schema_of::<PodSpec>)
}

/// Pods of Knative have fields of their own, and need no names for their containers.
fn knative_schema() -> &'static Json {
    static SCHEMA: OnceLock<Json> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut schema = kube::resource_schema_of::<PodSpec>();
        for field in ["containerConcurrency", "idleTimeoutSeconds", "responseStartTimeoutSeconds", "timeoutSeconds"] {
            schema["properties"][field] = json!({ "type": "integer", "format": "int64" });
        }
        let container = &mut schema["definitions"]["io.k8s.api.core.v1.Container"];
        if let Some(required) = container.get_mut("required").and_then(Json::as_array_mut) {
            required.retain(|name| name != "name");
        }
        schema
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::manifest;

    /// Returns code, weight and whether the resource is refused, of each finding.
    fn found(spec: &Value, mode: Mode) -> Vec<(String, Severity, bool)> {
        let found = check(spec, mode, &Origin::default());
        found.into_iter().map(|one| (one.code.into_owned(), one.severity, one.refused)).collect()
    }

    fn one(code: &str, severity: Severity, refused: bool) -> Vec<(String, Severity, bool)> {
        vec![(code.to_owned(), severity, refused)]
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let number = manifest!({ containers: [{ name: "a", env: [{ name: "A", value: 1i64 }] }] });
        for mode in [Mode::Replicaset, Mode::Knative] {
            assert_eq!(found(&number, mode), one("shape/wrong-type", Severity::Error, true));
            assert_eq!(found(&Value::new("text"), mode), one("shape/wrong-type", Severity::Error, true));
        }
    }

    #[test]
    fn what_only_pods_refuse_is_not() {
        let unknown = manifest!({ containers: [{ name: "a", imagePullpolicy: "Always" }] });
        assert_eq!(found(&unknown, Mode::Replicaset), one("shape/unknown-field", Severity::Warning, false));
        let nameless = manifest!({ containers: [{ image: "a" }] });
        assert_eq!(found(&nameless, Mode::Replicaset), one("shape/missing-field", Severity::Error, false));
        assert_eq!(found(&nameless, Mode::Knative), []);
        assert_eq!(found(&manifest!({}), Mode::Knative), one("shape/missing-field", Severity::Error, true));
    }

    #[test]
    fn amounts_and_fields_of_knative() {
        let half = Value::new(crate::value::Node::Float("0.5".into()));
        let spec = manifest!({ containers: [{ name: "a", resources: { requests: { cpu: half } } }] });
        assert_eq!(found(&spec, Mode::Replicaset), []);
        assert_eq!(found(&spec, Mode::Knative), one("shape/wrong-type", Severity::Error, true));
        let knative = manifest!({ containers: [], timeoutSeconds: 600i64, containerConcurrency: 10i64 });
        assert_eq!(found(&knative, Mode::Knative), []);
    }
}
