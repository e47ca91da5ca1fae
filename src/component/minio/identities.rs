//! Service accounts that get keys for a while from the operator, and need none of their own.
//!
//! Source: minio/operator, `pkg/controller/sts_handlers.go` and `docs/STS.md`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{MinIO, POD_PORT};
use crate::component::{App, BucketJob, Flow, NamedPolicy, Part, Peer, Permissions, Pods};
use crate::kube::{BucketName, Name, Subdomain};
use crate::value::{Origin, Traced, Value, manifest, text};

/// A service account that gets keys for a while from the operator: by a token of audience `sts.min.io`, at
/// `https://sts.OPERATOR.svc:4223/sts/STORE` with the namespaces of the operator and of the store. The cluster's own
/// authority signed that certificate. The application's SDK must know the way.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Identity {
    /// The name of the service account.
    pub(super) service_account: Traced<Subdomain>,
    /// Its namespace.
    pub(super) namespace: Traced<Name>,
    /// The buckets that it may use. They are made.
    #[schemars(length(min = 1))]
    buckets: Vec<Traced<BucketName>>,
    /// What it may do with what is in them. Default: `readWriteDelete`.
    #[serde(default)]
    permissions: Traced<Permissions>,
    /// Labels of the pods that run as it, which policies let in. Default: every pod of the namespace.
    #[serde(default)]
    pod_labels: BTreeMap<String, Traced<String>>,
}

impl Identity {
    /// Returns the places of service account and namespace.
    pub(super) fn place(&self) -> Origin {
        self.service_account.origin().and(self.namespace.origin())
    }

    /// Returns what it is called in the store's namespace.
    pub(super) fn name(&self) -> Traced<String> {
        text!("{}-{}", self.namespace, self.service_account)
    }

    /// Returns its policy. No user has such a name.
    pub(super) fn policy(&self, minio: &MinIO) -> NamedPolicy {
        NamedPolicy {
            name: text!("sts.{}", self.name()),
            buckets: self.buckets.clone(),
            permissions: self.permissions.clone(),
            claimant: minio.origin().and(&self.place()),
        }
    }

    fn binding(&self, minio: &MinIO) -> Value {
        manifest!({
            apiVersion: "sts.min.io/v1beta1", kind: "PolicyBinding",
            metadata: {
                name: self.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels(),
            },
            spec: {
                application: {
                    namespace: self.namespace.map(ToString::to_string),
                    serviceaccount: self.service_account.map(ToString::to_string),
                },
                policies: [self.policy(minio).name],
            },
        })
        .because(&self.place())
    }
}

impl MinIO {
    /// Returns the policies of all of them.
    pub(super) fn identity_policies(&self) -> Vec<NamedPolicy> {
        self.spec.identities.iter().map(|identity| identity.policy(self)).collect()
    }

    /// Returns the app that binds service accounts to policies, which must be there before.
    pub(super) fn identities_app(&self) -> Option<App> {
        let identities = &self.spec.identities;
        // A second one of the same service account is refused.
        let once = |(index, identity): &(usize, &Identity)| {
            !identities[..*index].iter().any(|other| other.name() == identity.name())
        };
        let bindings = identities.iter().enumerate().filter(once).map(|(_, identity)| identity.binding(self));
        let parts: Vec<_> = bindings.map(Part::from).collect();
        let after = BucketJob::stage(&self.metadata.name(), &self.metadata.namespace());
        (!parts.is_empty()).then(|| App::new(self.metadata.app_id("-identities"), parts).after([after]))
    }

    /// Returns who reaches the servers by keys of the operator.
    pub(super) fn flows_of_identities(&self) -> Vec<Flow> {
        let flow = |identity: &Identity| {
            let namespace = identity.namespace.map(ToString::to_string);
            Flow::new(Peer::Pods(Pods { namespace, labels: identity.pod_labels.clone() }), [POD_PORT])
        };
        self.spec.identities.iter().map(flow).collect()
    }
}
