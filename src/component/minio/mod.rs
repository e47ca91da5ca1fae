//! `MinIO`: an S3 store of the MinIO operator or of one server, with the buckets, users and policies that others claim in it.

mod declaration;
mod drives;
mod events;
mod expose;
mod identities;
mod lint;
mod monitor;
mod network;
mod operator;
mod server;
mod standalone;
mod tenant;
mod tls;
mod versions;
mod watch;

pub(super) use declaration::MinIO;

use declaration::Mode;

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
    const ABOUT: &'static str = "an S3 store: a Tenant with its operator or one server, network policies, and the buckets and users that others claim";
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
        let policies = context.project.policies();
        apps.push(match self.spec.mode.get() {
            Mode::Operator => tenant::app(self, &job, &policies),
            Mode::Standalone => standalone::app(self, &job, &policies),
        });
        apps.extend(job.app());
        apps.extend(self.identities_app());
        apps.extend(self.exposures(&store));
        apps.extend(monitor::app(self, &store));
        apps.extend(watch::dashboard_app(self));
        apps
    }
}

impl MinIO {
    /// Whether there is one server that no operator runs.
    fn is_standalone(&self) -> Traced<bool> {
        self.spec.mode.map(|&mode| mode == Mode::Standalone)
    }

    /// Returns the labels of every server: those that the operator puts on them, or our own.
    fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        let mode = self.spec.mode.origin();
        let labels = if *self.is_standalone().get() {
            self.service_labels()
        } else {
            BTreeMap::from([("v1.min.io/tenant".to_owned(), self.metadata.name())])
        };
        labels.into_iter().map(|(key, value)| (key, value.because(mode))).collect()
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

    /// Returns the root credentials.
    fn root(&self) -> Credential {
        let user = self.spec.root_user.clone().unwrap_or_else(|| Traced::literal("minio".to_owned()));
        let id = text!("{}/{}", self.metadata.namespace(), self.metadata.name());
        Credential { id, access_key: user, secret_key: self.spec.root_password.clone(), rotation: None }
    }

    fn root_secret(&self) -> NeededSecret {
        NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.root_secret_name(),
            keys: vec![("config.env".into(), root_credentials(&self.root(), events::secret_lines(self)))],
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
            policies: self.identity_policies(),
        }
    }

    /// Returns the name of the S3 Service: of an operator always `minio`, whatever the Tenant's name.
    fn service(&self) -> Traced<String> {
        let standalone = self.is_standalone();
        let own = standalone.zip(&self.metadata.name(), |_, name| name.clone());
        if *standalone.get() { own } else { standalone.map(|_| "minio".to_owned()) }
    }

    /// Returns the port of the S3 Service.
    fn s3_port(&self) -> Traced<u16> {
        self.is_standalone().zip(&self.spec.tls.is_on(), |&standalone, &tls| match (standalone, tls) {
            (true, _) => POD_PORT,
            (false, true) => 443,
            (false, false) => 80,
        })
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
        self.is_standalone().zip(&self.spec.tls.is_on(), |&standalone, &tls| match (standalone, tls) {
            (true, _) => 9001,
            (false, true) => 9443,
            (false, false) => 9090,
        })
    }

    /// Returns the name of that port.
    fn console_port_name(&self) -> Traced<String> {
        self.spec.tls.is_on().map(|&tls| if tls { "https-console" } else { "http-console" }.to_owned())
    }

    /// The port of an operator's S3 Service follows from the scheme.
    fn store(&self) -> Store {
        let pods = Pods { namespace: self.metadata.namespace(), labels: self.pod_labels() };
        Store {
            name: self.metadata.name(),
            namespace: self.metadata.namespace(),
            host: text!("{}.{}.svc", self.service(), self.metadata.namespace()),
            port: self.is_standalone().get().then(|| self.s3_port()),
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
        self.kind.origin().and(self.spec.mode.origin())
    }
}
