//! What a person writes to have a Tempo.

use k8s_openapi::api::core::v1::ResourceRequirements;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::{CredentialSettings, Metadata, ServerPods, StoreKind};
use crate::kube::{BucketName, Cidr, Duration, HostAndPort, Name, Quantity, Url};
use crate::value::{Checked, Origin, Traced};

/// A Tempo made by one of its Helm charts. It takes traces by OTLP, on port 4317 by gRPC and on port 4318 by HTTP.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Tempo {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `Tempo`.
    pub(super) kind: Traced<String>,
    /// Name and namespace of the release. Its objects are named after it: in mode `monolithic` a Service NAME takes traces
    /// and answers queries on port 3200; in mode `distributed` NAME-distributor takes them and NAME-query-frontend answers.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a Tempo.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// How it is split into pods. Default: `monolithic`.
    pub(super) mode: Option<Traced<Mode>>,
    /// How long traces are kept. Default: `7d`.
    pub(super) retention: Option<Traced<Duration>>,
    /// Where traces are kept.
    #[serde(default)]
    pub(super) storage: Storage,
    /// Whether the pod of mode `monolithic` has a volume. Without one it loses at a restart what is not yet in the store.
    /// Default: true.
    pub(super) persistence: Option<Traced<bool>>,
    /// Size of that volume, which nobody can change later. Default: `50Gi` where traces are kept on it, `10Gi` where it only
    /// holds what is not yet in the store.
    pub(super) size: Option<Traced<Quantity>>,
    /// Storage class of that volume. Default: the cluster's default class.
    #[schemars(length(min = 1))]
    pub(super) storage_class_name: Option<Traced<String>>,
    /// Resources of each pod of Tempo. Default: requests of 100m CPU and 512Mi memory, and a memory limit of 2Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// The Kafka that takes traces before they are stored, in mode `distributed`, which needs one.
    pub(super) kafka: Option<Kafka>,
    /// The number of pods of the parts of mode `distributed` that do not follow Kafka's partitions.
    #[serde(default)]
    pub(super) replicas: Replicas,
    /// Metrics made of the traces. Default: none.
    pub(super) metrics_generator: Option<MetricsGenerator>,
    /// Metrics of Tempo itself, for Prometheus.
    #[serde(default)]
    pub(super) monitoring: Monitoring,
    /// The version of Tempo, which is the tag of its image. Default: the one that the chart knows.
    #[schemars(length(min = 1))]
    pub(super) version: Option<Traced<String>>,
    /// The chart's exact version. Default: the one that bayplan knows. The values are those of version 2 of the chart
    /// `tempo`, and of version 3 of the chart `tempo-distributed`.
    pub(super) chart_version: Option<Traced<String>>,
}

/// How a Tempo is split into pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// All parts in one pod, made by the chart `tempo`: Tempo 2.
    #[default]
    Monolithic,
    /// Each part in pods of its own, with Kafka between them, made by the chart `tempo-distributed`: Tempo 3.
    Distributed,
}

/// Where traces are kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Storage {
    /// The kind of store. Default: `s3` where somebody offers a store or one is named, else `filesystem`.
    #[serde(rename = "type")]
    pub(super) kind: Option<Traced<StoreKind>>,
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The bucket in the store. Default: `NAME-traces`.
    pub(super) bucket: Option<Traced<BucketName>>,
    /// The credentials for the store: a Secret with the keys `TEMPO_S3_ACCESS_KEY` and `TEMPO_S3_SECRET_KEY`, by default
    /// `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
}

/// The Kafka of a Tempo: whatever speaks its protocol.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Kafka {
    /// Host and port of a broker, `kafka.kafka.svc:9092`.
    pub(super) address: Traced<HostAndPort>,
    /// The topic. Default: `tempo-traces`.
    #[schemars(length(min = 1))]
    pub(super) topic: Option<Traced<String>>,
    /// The number of the topic's partitions: each has one pod that stores traces and one that answers for recent ones.
    /// Default: 3.
    #[schemars(range(min = 1))]
    pub(super) partitions: Option<Traced<i64>>,
    /// Whether Tempo makes the topic where there is none. Default: true.
    pub(super) create_topic: Option<Traced<bool>>,
    /// A Secret with the keys `KAFKA_USERNAME` and `KAFKA_PASSWORD`, where the brokers ask for them (SASL, PLAIN).
    pub(super) secret_name: Option<Traced<Name>>,
    /// The pods of all brokers, where they run in this cluster: policies see them, and not the Service.
    pub(super) pods: Option<ServerPods>,
    /// The addresses of all brokers as CIDRs, where they are outside of the cluster. Default: any address, and where the
    /// network plugin is Cilium, the host of `address` by its name.
    #[serde(default)]
    pub(super) addresses: Vec<Traced<Cidr>>,
}

/// Numbers of pods in mode `distributed`, each on a node of its own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Replicas {
    /// Pods that take traces. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) distributor: Option<Traced<i64>>,
    /// Pods that split queries up. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) query_frontend: Option<Traced<i64>>,
    /// Pods that answer queries. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) querier: Option<Traced<i64>>,
    /// Pods that compact and delete. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) backend_worker: Option<Traced<i64>>,
}

/// Metrics made of traces: of spans, and of who calls whom.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MetricsGenerator {
    /// Where they are written to by Prometheus' remote write, `http://prometheus.monitoring.svc:9090/api/v1/write`.
    pub(super) remote_write_url: Traced<Url>,
    /// The pods behind it, where it runs in this cluster: policies see them, and not the Service.
    pub(super) pods: Option<ServerPods>,
    /// Its addresses as CIDRs, where it is outside of the cluster. Default: any address, and where the network plugin is
    /// Cilium, its host by its name.
    #[serde(default)]
    pub(super) addresses: Vec<Traced<Cidr>>,
}

/// Metrics for Prometheus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Monitoring {
    /// Whether there is a monitor. Default: false.
    pub(super) enabled: Option<Traced<bool>>,
}

impl Mode {
    /// Returns its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Mode::Monolithic => "monolithic",
            Mode::Distributed => "distributed",
        }
    }

    pub(super) fn is_distributed(self) -> bool {
        self == Mode::Distributed
    }
}

impl Spec {
    pub(super) fn mode(&self) -> Traced<Mode> {
        self.mode.clone().unwrap_or_default()
    }

    pub(super) fn retention(&self) -> Traced<Duration> {
        self.retention.clone().unwrap_or_else(|| Traced::literal(Duration::parse("7d").expect("`7d` is a duration")))
    }

    pub(super) fn persistence(&self) -> Traced<bool> {
        self.persistence.clone().unwrap_or_else(|| Traced::literal(true))
    }

    pub(super) fn chart_version(&self) -> Traced<String> {
        let mode = self.mode();
        self.chart_version.clone().unwrap_or_else(|| mode.map(|mode| mode.chart().version.to_owned()))
    }
}

impl Kafka {
    /// Returns host and port of `address`.
    pub(super) fn host_and_port(&self) -> (Traced<String>, Traced<u16>) {
        (
            self.address.map(|address| address.host_and_port().0.to_owned()),
            self.address.map(|address| address.host_and_port().1),
        )
    }

    pub(super) fn topic(&self) -> Traced<String> {
        self.topic.clone().unwrap_or_else(|| Traced::literal("tempo-traces".to_owned()))
    }

    pub(super) fn partitions(&self) -> Traced<i64> {
        self.partitions.clone().unwrap_or_else(|| Traced::literal(3))
    }

    pub(super) fn create_topic(&self) -> Traced<bool> {
        self.create_topic.clone().unwrap_or_else(|| Traced::literal(true))
    }
}

impl MetricsGenerator {
    /// Returns host and port of `remoteWriteUrl`.
    pub(super) fn host_and_port(&self) -> (Traced<String>, Traced<u16>) {
        (
            self.remote_write_url.map(|url| url.host_and_port().0.to_owned()),
            self.remote_write_url.map(|url| url.host_and_port().1),
        )
    }
}

impl Replicas {
    /// Returns the places of what is written in it.
    pub(super) fn written(&self) -> Origin {
        let all = [&self.distributor, &self.query_frontend, &self.querier, &self.backend_worker];
        Origin::merged(all.into_iter().flatten().map(Traced::origin))
    }
}
