//! `MinIO`: an S3 store made by the MinIO operator, with the buckets, users and policies that others claim in it.

mod declaration;
mod drives;
mod events;
mod expose;
mod lint;
mod monitor;
mod network;
mod operator;
mod tenant;
mod tls;
mod versions;

pub(super) use declaration::MinIO;

use std::collections::BTreeMap;

use super::{
    App, BucketJob, Component, Context, Credential, Maker, NeededSecret, Peer, Pods, Store, Switch, Switches, Target,
    root_credentials,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project;
use crate::source::Span;
use crate::value::{Origin, ToValue, Traced, Value, manifest, text};

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
        Switch::new("minio_root_user", "minio", "name of the root user"),
        Switch::secret("minio_root_password", "made up, where the tree holds Secrets; else never used"),
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
                    rootPassword: switches.get("minio_root_password"),
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
        let users = self.bucket_job(&store, context).secrets();
        std::iter::once(self.root_secret()).chain(self.certificate_secrets()).chain(users).collect()
    }

    fn secrets_in_clear(&self, _: &Context) -> Vec<Span> {
        let settings = self.spec.event_targets.iter().flat_map(events::in_clear);
        settings.flat_map(|(_, value)| value.origin().spans().to_vec()).collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let store = self.store();
        let job = self.bucket_job(&store, context);
        let mut apps = Vec::new();
        apps.extend(operator::app(self));
        apps.extend(self.certificate_app());
        apps.push(tenant::app(self, &job, &context.project.policies()));
        apps.extend(job.app());
        apps.extend(self.exposures(&store));
        apps.extend(monitor::app(self, &store));
        apps
    }
}

impl MinIO {
    /// Returns the labels that the operator puts on every server of the tenant.
    fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([("v1.min.io/tenant".to_owned(), self.metadata.name())])
    }

    /// Returns the labels of the S3 Service, which carries only those that the Tenant asks for.
    fn service_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("minio".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.metadata.name()),
        ])
    }

    /// Returns the name of the Secret with the root credentials.
    fn root_secret_name(&self) -> Traced<String> {
        match &self.spec.root_secret_name {
            Some(name) => name.map(ToString::to_string),
            None => text!("{}-config", self.metadata.name()),
        }
    }

    fn root_secret(&self) -> NeededSecret {
        let user = self.spec.root_user.clone().unwrap_or_else(|| Traced::literal("minio".to_owned()));
        let id = text!("{}/{}", self.metadata.namespace(), self.metadata.name());
        let root = Credential { id, access_key: user, secret_key: self.spec.root_password.clone(), rotation: None };
        NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.root_secret_name(),
            keys: vec![("config.env".into(), root_credentials(&root, events::secret_lines(self)))],
            purpose: text!("root credentials of MinIO `{}`", self.metadata.name()),
            of_store: false,
            app: self.metadata.app_id(""),
            claimant: self.origin(),
        }
    }

    fn bucket_job<'store>(&self, store: &'store Store, context: &'store Context) -> BucketJob<'store> {
        BucketJob {
            store,
            labels: self.metadata.labels().to_value(),
            image: self.spec.client_image.as_ref().map(|image| image.map(ToString::to_string)),
            root_secret: self.root_secret_name(),
            after: self.metadata.app_id(""),
            accesses: context.accesses_to(store),
            buckets: context.buckets_of(store),
        }
    }

    /// Returns the name of the S3 Service: always `minio`, whatever the Tenant's name.
    #[expect(clippy::unused_self, reason = "which Service that is, is known here alone")]
    fn service(&self) -> Traced<String> {
        Traced::literal("minio".to_owned())
    }

    /// Returns the port of the S3 Service.
    fn s3_port(&self) -> Traced<u16> {
        self.spec.tls.is_on().map(|&tls| if tls { 443 } else { 80 })
    }

    /// Returns the name of that port.
    fn port_name(&self) -> Traced<String> {
        self.spec.tls.is_on().map(|&tls| if tls { "https-minio" } else { "http-minio" }.to_owned())
    }

    /// Returns the name of the console's Service.
    fn console_service(&self) -> Traced<String> {
        text!("{}-console", self.metadata.name())
    }

    /// Returns the port of the console, on its Service and on the pods.
    fn console_port(&self) -> Traced<u16> {
        self.spec.tls.is_on().map(|&tls| if tls { 9443 } else { 9090 })
    }

    /// Returns the name of that port.
    fn console_port_name(&self) -> Traced<String> {
        self.spec.tls.is_on().map(|&tls| if tls { "https-console" } else { "http-console" }.to_owned())
    }

    /// The port of the S3 Service follows from the scheme.
    fn store(&self) -> Store {
        let pods = Pods { namespace: self.metadata.namespace(), labels: self.pod_labels() };
        Store {
            name: self.metadata.name(),
            namespace: self.metadata.namespace(),
            host: text!("{}.{}.svc", self.service(), self.metadata.namespace()),
            port: None,
            tls: self.spec.tls.is_on(),
            authority: self.spec.tls.authority(),
            region: self.spec.region.clone().unwrap_or_else(|| Traced::literal("us-east-1".to_owned())),
            path_style: Traced::literal(true),
            target: Target { peer: Peer::Pods(pods), port: Traced::literal(POD_PORT) },
            maker: Traced::literal(Maker::Everything(BucketJob::stage(
                &self.metadata.name(),
                &self.metadata.namespace(),
            ))),
            event_targets: events::offered(self),
            in_cluster: Traced::literal(true),
            offered: self.origin(),
        }
    }

    /// Returns where the declaration stands: that which makes the whole store exist.
    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
