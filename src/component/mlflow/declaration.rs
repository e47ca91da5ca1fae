//! What a person writes to have an MLflow.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ResourceRequirements, Toleration};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::{CredentialSettings, Exposure, Metadata, ServerPods};
use crate::kube::{BucketName, Cidr, HostAndPort, Image, Name, Quantity};
use crate::value::{Checked, Traced};

/// A tracking server of MLflow: experiments, runs and models in a database, their artifacts in a store.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MLflow {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `MLflow`.
    pub(super) kind: Traced<String>,
    /// Name and namespace of the Deployment and of the Service, which clients reach as `http://NAME.NAMESPACE.svc:5000`.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of an MLflow.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// The image. It needs the clients for S3 and for the database, as those have whose tags end in `-full`. A newer version
    /// may refuse a database until somebody ran `mlflow db upgrade` on it, after a backup; and from 3.15 on, clients fetch
    /// artifacts from the store themselves. Default: the one that bayplan knows.
    pub(super) image: Option<Traced<Image>>,
    /// Number of pods. Several of them need a `database`. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) replicas: Option<Traced<i64>>,
    /// Number of processes in each pod that answer requests, each of which takes about 250Mi of memory. Default: 2.
    #[schemars(range(min = 1))]
    pub(super) workers: Option<Traced<i64>>,
    /// Whether the server also runs jobs, which evaluate traces, say. The processes for them take about 2Gi of memory.
    /// Default: false.
    #[serde(default)]
    pub(super) job_execution: Traced<bool>,
    /// Where experiments, runs and models are kept.
    #[serde(default)]
    pub(super) backend_store: BackendStore,
    /// Where artifacts are kept.
    #[serde(default)]
    pub(super) storage: Storage,
    /// Whether clients send artifacts to the server, which alone has credentials for the store. Otherwise they reach the
    /// store themselves, and each needs credentials. An experiment keeps the way that it was made with. Default: true.
    pub(super) serve_artifacts: Option<Traced<bool>>,
    /// Further names, with the port unless it follows from the scheme, that requests may call the server by; `*` stands for any
    /// text. Those of the Service and of `expose` are known. Requests by other names are refused.
    #[serde(default)]
    pub(super) allowed_hosts: Vec<Traced<String>>,
    /// Further origins of web pages, `https://NAME`, that may change something through a browser. Those of `expose` are known.
    #[serde(default)]
    pub(super) cors_allowed_origins: Vec<Traced<String>>,
    /// The pods that may reach the server. Default: all pods, and no policy for what comes in.
    pub(super) clients: Option<Vec<ClientPods>>,
    /// How it is reached from outside of the cluster: its hosts are among the names that it answers to. It asks nobody who he
    /// is. Default: not at all.
    pub(super) expose: Option<Exposure>,
    /// Resources of each pod. Default: requests of 100m CPU and 1Gi memory, and a memory limit of 2Gi; with `jobExecution` 3Gi
    /// and 4Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Node labels that the pods need.
    pub(super) node_selector: Option<BTreeMap<String, Traced<String>>>,
    /// Taints that the pods tolerate.
    pub(super) tolerations: Option<Vec<Checked<Toleration>>>,
    /// Metrics for Prometheus.
    #[serde(default)]
    pub(super) monitoring: Monitoring,
}

/// Where experiments, runs and models are kept: one of the two. Default: `sqlite`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BackendStore {
    /// A file on a volume of the only pod.
    pub(super) sqlite: Option<Sqlite>,
    /// A database that somebody runs.
    pub(super) database: Option<Database>,
}

/// A database in a file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sqlite {
    /// Size of the volume. Default: `10Gi`.
    pub(super) size: Option<Traced<Quantity>>,
    /// Storage class of the volume. Default: the cluster's default class.
    pub(super) storage_class_name: Option<Traced<String>>,
}

/// A database that somebody runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Database {
    /// The Secret in the namespace of the MLflow that holds the URI, `postgresql://USER:PASSWORD@HOST:5432/NAME`.
    pub(super) secret_name: Traced<Name>,
    /// The key of the Secret. Default: `uri`.
    pub(super) key: Option<Traced<String>>,
    /// Host and port as in the URI, `postgres.databases.svc:5432`: policies let them through.
    pub(super) address: Traced<HostAndPort>,
    /// The pods behind it, where it runs in this cluster: policies see them, and not the Service.
    pub(super) pods: Option<ServerPods>,
    /// Its addresses as CIDRs, where it is outside of the cluster. Default: any address, and where the network plugin is
    /// Cilium, its host by name.
    #[serde(default)]
    pub(super) addresses: Vec<Traced<Cidr>>,
}

/// Pods that may reach the server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClientPods {
    /// Their namespace.
    pub(super) namespace: Traced<Name>,
    /// Labels that they carry. Default: every pod of the namespace.
    #[serde(default)]
    pub(super) labels: BTreeMap<String, Traced<String>>,
}

/// Where artifacts are kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Storage {
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The bucket in the store. Default: `NAME-artifacts`.
    pub(super) bucket: Option<Traced<BucketName>>,
    /// The credentials for the store: a Secret with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, by default
    /// `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
}

/// Metrics for Prometheus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Monitoring {
    /// Whether the server tells how often and how long it was asked, and there is a ServiceMonitor. Default: false.
    #[serde(default)]
    pub(super) enabled: Traced<bool>,
    /// The namespace that Prometheus runs in, whose pods may read the metrics where `clients` are named. Default: `monitoring`.
    pub(super) prometheus_namespace: Option<Traced<Name>>,
}

impl Spec {
    pub(super) fn image(&self) -> Traced<String> {
        self.image
            .as_ref()
            .map_or_else(|| Traced::literal(super::versions::IMAGE.to_owned()), |image| image.map(ToString::to_string))
    }

    pub(super) fn replicas(&self) -> Traced<i64> {
        self.replicas.clone().unwrap_or_else(|| Traced::literal(1))
    }

    pub(super) fn workers(&self) -> Traced<i64> {
        self.workers.clone().unwrap_or_else(|| Traced::literal(2))
    }

    pub(super) fn serve_artifacts(&self) -> Traced<bool> {
        self.serve_artifacts.clone().unwrap_or_else(|| Traced::literal(true))
    }
}

impl Sqlite {
    pub(super) fn size(&self) -> Traced<Quantity> {
        self.size.clone().unwrap_or_else(|| Traced::literal(Quantity::parse("10Gi").expect("`10Gi` is a quantity")))
    }
}

impl Database {
    pub(super) fn key(&self) -> Traced<String> {
        self.key.clone().unwrap_or_else(|| Traced::literal("uri".to_owned()))
    }

    /// Returns host and port as the URI has them.
    pub(super) fn host_and_port(&self) -> (Traced<String>, Traced<u16>) {
        let (host, port) = self.address.get().host_and_port();
        (self.address.map(|_| host.to_owned()), self.address.map(|_| port))
    }
}

impl Monitoring {
    pub(super) fn prometheus_namespace(&self) -> Traced<String> {
        self.prometheus_namespace
            .as_ref()
            .map_or_else(|| Traced::literal("monitoring".to_owned()), |namespace| namespace.map(ToString::to_string))
    }
}
