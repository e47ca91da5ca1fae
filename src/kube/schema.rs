//! JSON Schemas of Rust types, with what k8s-openapi leaves out of its own.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;

/// Returns the JSON Schema (draft 7) of `T`, the types it uses below `definitions`.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Json {
    amended::<T>(AMENDMENTS)
}

/// Returns the JSON Schema of `T`, a custom resource with Kubernetes' types inside. Its definition checks less than the
/// API server does for the types themselves: what an operator makes of it is refused later, if at all.
#[must_use]
pub fn resource_schema_of<T: JsonSchema>() -> Json {
    amended::<T>(RESOURCE_AMENDMENTS)
}

fn amended<T: JsonSchema>(amendments: &[Amendment]) -> Json {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>().to_value();
    if let Some(definitions) = schema.get_mut("definitions").and_then(Json::as_object_mut) {
        for amendment in amendments {
            amendment.apply(definitions);
        }
    }
    schema
}

/// Something that the API server or server-side apply refuses, but k8s-openapi's schema does not say.
struct Amendment {
    /// The definition.
    of: &'static str,
    /// Its property, or nothing for the definition itself.
    property: &'static str,
    /// The JSON that is added to it.
    adds: &'static str,
}

impl Amendment {
    fn apply(&self, definitions: &mut serde_json::Map<String, Json>) {
        let Some(definition) = definitions.get_mut(self.of) else { return };
        let schema = match self.property {
            "" => Some(definition),
            property => definition.get_mut("properties").and_then(|properties| properties.get_mut(property)),
        };
        let added: serde_json::Map<String, Json> =
            serde_json::from_str(self.adds).expect("the table holds JSON objects");
        if let Some(schema) = schema.and_then(Json::as_object_mut) {
            schema.extend(added);
        }
    }
}

const fn amend(of: &'static str, property: &'static str, adds: &'static str) -> Amendment {
    Amendment { of, property, adds }
}

const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const INT_OR_STRING: &str = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const LABEL_SELECTOR: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector";
const ANY_JSON: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON";
const POD_SPEC: &str = "io.k8s.api.core.v1.PodSpec";
const CONTAINER: &str = "io.k8s.api.core.v1.Container";
const RESOURCES: &str = "io.k8s.api.core.v1.ResourceRequirements";
const CONTAINER_PORT: &str = "io.k8s.api.core.v1.ContainerPort";
const SERVICE_SPEC: &str = "io.k8s.api.core.v1.ServiceSpec";
const SERVICE_PORT: &str = "io.k8s.api.core.v1.ServicePort";

const LABELS: &str = r#"{
    "propertyNames": { "format": "bayplan.label-key" },
    "additionalProperties": { "type": "string", "format": "bayplan.label-value" }
}"#;
const PROTOCOLS: &str = r#"{ "enum": ["TCP", "UDP", "SCTP"], "default": "TCP" }"#;
const INT_32: &str = r#"{ "format": "int32" }"#;
const BY_PATH: &str = r#"{ "x-kubernetes-list-map-keys": ["devicePath"] }"#;
const BY_NAME: &str = r#"{ "x-kubernetes-list-map-keys": ["name"] }"#;

/// The list keys and choices are those of the `OpenAPI` document that a Kubernetes 1.34 API server publishes.
static AMENDMENTS: &[Amendment] = &[
    // Go reads a number as its text.
    amend(QUANTITY, "", r#"{ "type": ["string", "integer", "number"], "format": "bayplan.quantity" }"#),
    amend(INT_OR_STRING, "", INT_32),
    // It is said to be an object, but stands for any value: `default: 3`.
    amend(ANY_JSON, "", r#"{ "type": ["object", "array", "string", "number", "boolean"] }"#),
    amend(OBJECT_META, "labels", LABELS),
    amend(OBJECT_META, "annotations", r#"{ "propertyNames": { "format": "bayplan.annotation-key" } }"#),
    amend(OBJECT_META, "namespace", r#"{ "format": "bayplan.name" }"#),
    amend(LABEL_SELECTOR, "matchLabels", LABELS),
    amend(POD_SPEC, "nodeSelector", LABELS),
    amend(POD_SPEC, "containers", BY_NAME),
    amend(POD_SPEC, "initContainers", BY_NAME),
    amend(POD_SPEC, "volumes", BY_NAME),
    amend(POD_SPEC, "serviceAccountName", r#"{ "format": "bayplan.subdomain" }"#),
    amend(POD_SPEC, "restartPolicy", r#"{ "enum": ["Always", "OnFailure", "Never"] }"#),
    amend(CONTAINER, "name", r#"{ "format": "bayplan.name" }"#),
    amend(CONTAINER, "image", r#"{ "format": "bayplan.container-image" }"#),
    amend(CONTAINER, "imagePullPolicy", r#"{ "enum": ["Always", "IfNotPresent", "Never"] }"#),
    amend(CONTAINER, "env", BY_NAME),
    amend(CONTAINER, "volumeMounts", r#"{ "x-kubernetes-list-map-keys": ["mountPath"] }"#),
    amend(CONTAINER, "volumeDevices", BY_PATH),
    amend(CONTAINER, "ports", r#"{ "x-kubernetes-list-map-keys": ["containerPort", "protocol"] }"#),
    amend(CONTAINER_PORT, "containerPort", r#"{ "minimum": 1, "maximum": 65535 }"#),
    amend(CONTAINER_PORT, "protocol", PROTOCOLS),
    amend(SERVICE_SPEC, "selector", LABELS),
    amend(SERVICE_SPEC, "ports", r#"{ "x-kubernetes-list-map-keys": ["port", "protocol"] }"#),
    amend(SERVICE_SPEC, "type", r#"{ "enum": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] }"#),
    amend(SERVICE_PORT, "port", r#"{ "minimum": 1, "maximum": 65535 }"#),
    amend(SERVICE_PORT, "protocol", PROTOCOLS),
];

/// What definitions of custom resources say, and the list keys that server-side apply goes by once an operator has
/// copied a list into a pod.
static RESOURCE_AMENDMENTS: &[Amendment] = &[
    // `x-kubernetes-int-or-string`: a fraction is refused.
    amend(QUANTITY, "", r#"{ "type": ["string", "integer"], "format": "bayplan.quantity" }"#),
    // The definition says nothing of it, but the operator reads 32 bits.
    amend(INT_OR_STRING, "", INT_32),
    amend(CONTAINER, "env", BY_NAME),
    amend(CONTAINER, "volumeMounts", r#"{ "x-kubernetes-list-map-keys": ["mountPath"] }"#),
    amend(CONTAINER, "volumeDevices", BY_PATH),
    amend(CONTAINER, "ports", r#"{ "x-kubernetes-list-map-keys": ["containerPort", "protocol"] }"#),
    amend(CONTAINER_PORT, "protocol", r#"{ "default": "TCP" }"#),
    amend(RESOURCES, "claims", BY_NAME),
];

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::{Pod, Service};
    use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

    /// A release of k8s-openapi that renames a definition or a property must not turn a check off.
    #[test]
    fn every_amendment_has_its_place() {
        let of_objects = vec![schema_of::<Pod>(), schema_of::<Service>(), schema_of::<CustomResourceDefinition>()];
        let of_resources = vec![resource_schema_of::<Pod>()];
        let all = AMENDMENTS.iter().map(|amendment| (amendment, &of_objects));
        for (amendment, schemas) in all.chain(RESOURCE_AMENDMENTS.iter().map(|amendment| (amendment, &of_resources))) {
            let added: Json = serde_json::from_str(amendment.adds).unwrap();
            let (key, value) = added.as_object().unwrap().iter().next().unwrap();
            let is_there = |schema: &Json| {
                let definition = &schema["definitions"][amendment.of];
                let schema = if amendment.property.is_empty() {
                    definition
                } else {
                    &definition["properties"][amendment.property]
                };
                schema.get(key) == Some(value)
            };
            assert!(schemas.iter().any(is_there), "{} {}", amendment.of, amendment.property);
        }
    }
}
