//! The kinds of Kubernetes 1.34 itself: one table of version, kind, scope and schema.

use std::sync::{LazyLock, OnceLock};

use k8s_openapi::api::{
    admissionregistration, apps, authentication, authorization, autoscaling, batch, certificates, coordination, core,
    discovery, events, flowcontrol, networking, node, policy, rbac, resource, scheduling, storage, storagemigration,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;
use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope, Resource};
use schemars::JsonSchema;
use serde_json::{Value as Json, json};

use super::custom::Scope;
use super::object::group_of;
use super::schema_of;

/// A built-in kind. Its schema is made when it is first asked for.
struct Builtin {
    group: &'static str,
    api_version: &'static str,
    kind: &'static str,
    scope: Scope,
    make: fn() -> Json,
    schema: OnceLock<Json>,
}

impl Builtin {
    fn of<T: Resource<Scope: HasScope> + JsonSchema>() -> Self {
        Self {
            group: T::GROUP,
            api_version: T::API_VERSION,
            kind: T::KIND,
            scope: <T::Scope as HasScope>::SCOPE,
            make: schema_of::<T>,
            schema: OnceLock::new(),
        }
    }

    fn key(&self) -> (&str, &str) {
        (self.kind, self.api_version)
    }
}

/// k8s-openapi's types of scopes as values.
trait HasScope {
    const SCOPE: Scope;
}

impl HasScope for NamespaceResourceScope {
    const SCOPE: Scope = Scope::Namespaced;
}

impl HasScope for ClusterResourceScope {
    const SCOPE: Scope = Scope::Cluster;
}

/// Returns the JSON Schema of a built-in kind, the types it uses below `definitions`.
#[must_use]
pub fn builtin_schema(api_version: &str, kind: &str) -> Option<&'static Json> {
    let builtin = find(api_version, kind)?;
    Some(builtin.schema.get_or_init(|| {
        let mut schema = (builtin.make)();
        demand_identity(&mut schema, name_format(api_version, kind));
        schema
    }))
}

/// Returns the JSON Schema of any object: its identity and metadata are checked, the rest is free.
#[must_use]
pub fn object_schema() -> &'static Json {
    static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is of interest")]
        struct Any {
            metadata: ObjectMeta,
        }
        let mut schema = schema_of::<Any>();
        schema["x-kubernetes-preserve-unknown-fields"] = json!(true);
        schema["properties"]["apiVersion"] = json!({ "type": "string" });
        schema["properties"]["kind"] = json!({ "type": "string" });
        demand_identity(&mut schema, "bayplan.subdomain");
        schema
    });
    &SCHEMA
}

/// Returns the versions and kinds that Kubernetes has in the group of `api_version`; none, if the group is not its own.
pub fn kinds_of_group(api_version: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let group = group_of(api_version);
    BUILTINS.iter().filter(move |one| one.group == group).map(|one| (one.api_version, one.kind))
}

/// Returns the scope of a built-in kind.
pub(super) fn scope(api_version: &str, kind: &str) -> Option<Scope> {
    find(api_version, kind).map(|builtin| builtin.scope)
}

fn find(api_version: &str, kind: &str) -> Option<&'static Builtin> {
    let at = BUILTINS.binary_search_by_key(&(kind, api_version), Builtin::key).ok()?;
    Some(&BUILTINS[at])
}

/// Adds to the schema of an object what makes its identity, which k8s-openapi leaves open.
fn demand_identity(schema: &mut Json, name_format: &str) {
    schema["required"] = json!(["apiVersion", "kind", "metadata"]);
    schema["properties"]["apiVersion"]["format"] = json!("bayplan.api-version");
    let metadata = &mut schema["properties"]["metadata"];
    metadata["required"] = json!(["name"]);
    metadata["properties"] = json!({ "name": { "format": name_format } });
}

/// Returns what names of a kind must look like.
/// See <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names>.
fn name_format(api_version: &str, kind: &str) -> &'static str {
    match (api_version, kind) {
        ("v1", "Namespace" | "Service") => "bayplan.name",
        ("rbac.authorization.k8s.io/v1", _) => "bayplan.path-name",
        _ => "bayplan.subdomain",
    }
}

macro_rules! builtins {
    ($($group:ident :: $version:ident { $($kind:ident)* })*) => {
        LazyLock::new(|| {
            let mut all = vec![$($(Builtin::of::<$group::$version::$kind>()),*),*];
            all.sort_unstable_by_key(|one| (one.kind, one.api_version));
            all
        })
    };
}

/// Sorted by kind and version, in which one of them is found.
#[rustfmt::skip]
static BUILTINS: LazyLock<Vec<Builtin>> = builtins! {
    core::v1 {
        Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod
        PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount
    }
    apps::v1 { ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet }
    batch::v1 { CronJob Job }
    autoscaling::v1 { HorizontalPodAutoscaler }
    autoscaling::v2 { HorizontalPodAutoscaler }
    networking::v1 { IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR }
    networking::v1beta1 { IPAddress ServiceCIDR }
    policy::v1 { PodDisruptionBudget }
    rbac::v1 { ClusterRole ClusterRoleBinding Role RoleBinding }
    storage::v1 { CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass }
    storage::v1beta1 { VolumeAttributesClass }
    storage::v1alpha1 { VolumeAttributesClass }
    storagemigration::v1alpha1 { StorageVersionMigration }
    scheduling::v1 { PriorityClass }
    coordination::v1 { Lease }
    coordination::v1beta1 { LeaseCandidate }
    coordination::v1alpha2 { LeaseCandidate }
    admissionregistration::v1 {
        MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
        ValidatingWebhookConfiguration
    }
    admissionregistration::v1beta1 { MutatingAdmissionPolicy MutatingAdmissionPolicyBinding }
    admissionregistration::v1alpha1 { MutatingAdmissionPolicy MutatingAdmissionPolicyBinding }
    apiextensions::v1 { CustomResourceDefinition }
    apiregistration::v1 { APIService }
    authentication::v1 { SelfSubjectReview TokenReview }
    authorization::v1 { LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview }
    certificates::v1 { CertificateSigningRequest }
    certificates::v1beta1 { ClusterTrustBundle }
    certificates::v1alpha1 { ClusterTrustBundle PodCertificateRequest }
    discovery::v1 { EndpointSlice }
    events::v1 { Event }
    flowcontrol::v1 { FlowSchema PriorityLevelConfiguration }
    node::v1 { RuntimeClass }
    resource::v1 { DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice }
    resource::v1beta2 { DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice }
    resource::v1beta1 { DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice }
    resource::v1alpha3 { DeviceTaintRule }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_whose_references_hold() {
        for one in BUILTINS.iter() {
            let schema = builtin_schema(one.api_version, one.kind).unwrap();
            let mut pending = vec![schema];
            while let Some(part) = pending.pop() {
                if let Some(reference) = part.get("$ref").and_then(Json::as_str) {
                    let target = reference.strip_prefix('#').and_then(|path| schema.pointer(path));
                    assert!(target.is_some(), "{} {}: {reference}", one.api_version, one.kind);
                }
                match part {
                    Json::Object(map) => pending.extend(map.values()),
                    Json::Array(items) => pending.extend(items),
                    _ => {}
                }
            }
            assert!(schema["properties"]["metadata"].is_object(), "{} {}", one.api_version, one.kind);
        }
    }

    #[test]
    fn unknown_kinds_have_no_schema() {
        assert!(builtin_schema("apps/v1", "Deploymnt").is_none());
        assert!(builtin_schema("apps/v1beta1", "Deployment").is_none());
        assert!(kinds_of_group("apps/v1beta1").any(|known| known == ("apps/v1", "Deployment")));
        assert_eq!(kinds_of_group("minio.min.io/v2").count(), 0);
    }
}
