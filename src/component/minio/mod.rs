//! `MinIO`: an S3 store made by the MinIO operator, with the buckets, users and policies that others claim in it.

mod buckets;
mod declaration;
mod drives;
mod lint;
mod monitor;
mod network;
mod operator;
mod tenant;
mod versions;

pub(super) use declaration::MinIO;

use std::collections::BTreeMap;

use super::{App, AppId, Claim, Component, Context, NeededSecret, Pods, Store, Switch, Switches};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project;
use crate::value::{Origin, Traced, Value, manifest, text};

/// The port of the S3 API on the pods. Services translate to it, network policies see it.
const POD_PORT: u16 = 9000;

impl Component for MinIO {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "MinIO";
    const ABOUT: &'static str =
        "an S3 store: operator, Tenant, network policies, and the buckets and users that others claim";
    const RULES: &'static [Rule] = lint::RULES;
    const SWITCHES: &'static [Switch] = &[
        Switch::new("minio_enabled", "false", "an S3 store named `minio` in namespace `storage`"),
        Switch::new("minio_storage_size", "50Gi", "size of each volume"),
        Switch::new("minio_replicas", "4", "number of servers"),
        Switch::new("minio_volumes_per_server", "1", "number of volumes of each server"),
        Switch::new("minio_storage_class", "storage_class", "storage class of the volumes"),
        Switch::new("storage_class", "the cluster's default", "storage class of all volumes"),
        Switch::new("minio_root_user", "minio", "name of the root user, for SECRETS.md"),
        Switch::secret("minio_root_password", "never used: somebody makes the Secret"),
        Switch::new("monitoring_enabled", "false", "monitors for Prometheus"),
    ];

    const OFFERS_STORES: bool = true;

    fn implied(switches: &Switches<'_>) -> Option<Value> {
        let enabled = switches.is_on("minio_enabled");
        enabled.get().then(|| {
            manifest!({
                apiVersion: Self::API_VERSION, kind: enabled.map(|_| Self::KIND),
                metadata: { name: "minio", namespace: "storage" },
                spec: {
                    rootUser: switches.get("minio_root_user"),
                    pools: [{
                        servers: switches.get("minio_replicas"),
                        volumesPerServer: switches.get("minio_volumes_per_server"),
                        size: switches.get("minio_storage_size"),
                        storageClassName: switches.get("minio_storage_class").or_else(|| switches.get("storage_class")),
                    }],
                    monitoring: { enabled: switches.get("monitoring_enabled") },
                },
            })
        })
    }

    fn offers(&self) -> Vec<Store> {
        vec![self.store()]
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let store = self.store();
        std::iter::once(self.root_secret())
            .chain(context.claims_in(&store).map(|claim| self.user_secret(claim)))
            .collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let store = self.store();
        let claims: Vec<_> = context.claims_in(&store).collect();
        let mut apps = Vec::new();
        apps.extend(operator::app(self));
        apps.push(tenant::app(self, &claims));
        apps.extend(buckets::app(self, &store, &claims));
        apps.extend(monitor::app(self));
        apps
    }
}

impl MinIO {
    fn name(&self) -> Traced<String> {
        self.metadata.name.map(ToString::to_string)
    }

    fn namespace(&self) -> Traced<String> {
        self.metadata.namespace.map(ToString::to_string)
    }

    /// Returns the identifier of one of the tenant's apps: the tenant's name with `suffix`.
    fn app_id(&self, suffix: &str) -> Traced<AppId> {
        self.name().zip(&self.namespace(), |name, namespace| AppId::new(namespace.clone(), format!("{name}{suffix}")))
    }

    /// Returns the labels that the operator puts on every server of the tenant.
    fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([("v1.min.io/tenant".to_owned(), self.name())])
    }

    /// Returns the labels of the Job that makes buckets.
    fn job_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("minio-buckets".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.name()),
        ])
    }

    /// Returns the labels of the S3 Service, which carries only those that the Tenant asks for.
    fn service_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("minio".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.name()),
        ])
    }

    /// Returns the name of the Secret with the root credentials.
    fn root_secret_name(&self) -> Traced<String> {
        match &self.spec.root_secret_name {
            Some(name) => name.map(ToString::to_string),
            None => text!("{}-config", self.name()),
        }
    }

    fn root_secret(&self) -> NeededSecret {
        let user = self.spec.root_user.clone().unwrap_or_else(|| Traced::literal("minio".to_owned()));
        NeededSecret {
            namespace: self.namespace(),
            name: self.root_secret_name(),
            keys: vec![(
                "config.env".into(),
                text!(
                    "two lines, `export MINIO_ROOT_USER=\"{}\"` and `export MINIO_ROOT_PASSWORD=\"…\"`: double quotes, and letters and digits only, since a shell reads it, too",
                    user
                ),
            )],
            purpose: text!("root credentials of MinIO `{}`", self.name()),
            claimant: self.origin(),
        }
    }

    /// Returns the Secret, in the store's namespace, from which the bucket Job reads one user's credentials: the same
    /// values that the consumer reads in its own namespace.
    fn user_secret(&self, claim: &Claim) -> NeededSecret {
        let consumer = &claim.credentials;
        let same =
            |key: &str| text!("the value of `{}` in Secret `{}/{}`", key.to_owned(), consumer.namespace, consumer.name);
        NeededSecret {
            namespace: self.namespace(),
            name: buckets::user_secret_name(self, claim),
            keys: vec![
                ("access-key".into(), same(consumer.access_key)),
                ("secret-key".into(), same(consumer.secret_key)),
            ],
            purpose: text!("user `{}` of MinIO `{}`", claim.user, self.name()),
            claimant: claim.claimant.and(&self.origin()),
        }
    }

    /// The Service of the S3 API is always called `minio`, whatever the Tenant's name; without TLS its port is 80.
    fn store(&self) -> Store {
        Store {
            name: self.name(),
            namespace: self.namespace(),
            host: text!("minio.{}.svc", self.namespace()),
            tls: Traced::literal(false),
            region: self.spec.region.clone().unwrap_or_else(|| Traced::literal("us-east-1".to_owned())),
            path_style: true,
            pods: Pods { namespace: self.namespace(), labels: self.pod_labels() },
            pod_port: POD_PORT,
            buckets_stage: self.app_id("-buckets"),
            offered: self.origin(),
        }
    }

    /// Returns where the declaration stands: that which makes the whole store exist.
    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
