//! What a person writes to have a MinIO.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use schemars::JsonSchema;
use serde::Deserialize;

use super::expose::Expose;
use super::identities::Identity;
use super::tls::Tls;
use crate::component::{DashboardForm, Metadata};
use crate::kube::{Duration, Image, Name, Quantity, Subdomain};
use crate::value::{Checked, Traced};

/// An S3 store: a Tenant of the MinIO operator, or one server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MinIO {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `MinIO`.
    pub(super) kind: Traced<String>,
    /// Name and namespace. One Tenant to a namespace: its Service is always called `minio`; that of one server has its own
    /// name.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a MinIO.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// Who runs the servers. Default: `operator`.
    #[serde(default)]
    pub(super) mode: Traced<Mode>,
    /// The server's image. Default: the last one that the community project published.
    pub(super) image: Option<Traced<Image>>,
    /// The image of the client that makes buckets and users. Default: the last one that the community project published.
    pub(super) client_image: Option<Traced<Image>>,
    /// Pools of servers. Grow a store by appending one: servers and volumes of a pool cannot change. Default: one pool
    /// with the defaults of a pool.
    #[serde(default)]
    pub(super) pools: Vec<Pool>,
    /// The region that clients sign requests for. Default: `us-east-1`.
    pub(super) region: Option<Traced<String>>,
    /// The Secret with the root credentials, key `config.env`. Default: `NAME-config`.
    pub(super) root_secret_name: Option<Traced<Name>>,
    /// The name of the root user, for the list of Secrets that somebody makes. Default: `minio`.
    #[schemars(length(min = 3))]
    pub(super) root_user: Option<Traced<String>>,
    /// The password of the root user, as an expression over a secret variable. Leave it out where somebody else makes the
    /// Secret, or where it is to be made up.
    #[schemars(length(min = 8))]
    pub(super) root_password: Option<Traced<String>>,
    /// TLS of the servers.
    #[serde(default)]
    pub(super) tls: Tls,
    /// How S3 and the console are reached from outside of the cluster.
    #[serde(default)]
    pub(super) expose: Expose,
    /// Domains under which each bucket has a host of its own: `BUCKET.s3.example.org` for `s3.example.org`. The servers
    /// call themselves by the first of them, and so must be able to reach it. Default: none, and buckets stand in paths.
    #[serde(default)]
    pub(super) domains: Vec<Traced<Subdomain>>,
    /// After how long an upload in parts is given up that was not finished, in every bucket. Default: the server's own, a
    /// day.
    pub(super) stale_uploads: Option<Traced<Duration>>,
    /// Where events of buckets can go to. A `Bucket` names them in `spec.events`.
    #[serde(default)]
    pub(super) event_targets: Vec<EventTarget>,
    /// Service accounts that get keys for a while from the operator, and need none of their own.
    #[serde(default)]
    pub(super) identities: Vec<Identity>,
    /// Metrics for Prometheus.
    #[serde(default)]
    pub(super) monitoring: Monitoring,
    /// The operator.
    #[serde(default)]
    pub(super) operator: Operator,
}

/// Who runs the servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mode {
    /// The MinIO operator, from a Tenant.
    #[default]
    Operator,
    /// A StatefulSet with one server, and no operator.
    Standalone,
}

/// A pool of equal servers with equal volumes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Pool {
    /// Its name. Default: `pool-0`, `pool-1` and so on.
    pub(super) name: Option<Traced<Name>>,
    /// Number of servers. Default: 4; 1 in mode `standalone`.
    #[schemars(range(min = 1))]
    pub(super) servers: Option<Traced<i64>>,
    /// Number of volumes of each server. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) volumes_per_server: Option<Traced<i64>>,
    /// Size of each volume. Default: `50Gi`.
    pub(super) size: Option<Traced<Quantity>>,
    /// Storage class of the volumes. Default: the cluster's default class.
    pub(super) storage_class_name: Option<Traced<String>>,
    /// Resources of each server. Default: requests of 250m CPU and 1Gi memory, and a memory limit of 2Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Whether servers must run on a node of their own each, or only do so where they can. Default: `preferred`.
    pub(super) anti_affinity: Option<Traced<AntiAffinity>>,
    /// Where servers may run, in place of what `antiAffinity` stands for.
    pub(super) affinity: Option<Checked<Affinity>>,
    /// Node labels that servers need.
    pub(super) node_selector: Option<BTreeMap<String, Traced<String>>>,
    /// Taints that servers tolerate.
    pub(super) tolerations: Option<Vec<Checked<Toleration>>>,
    /// How servers spread over nodes and zones.
    pub(super) topology_spread_constraints: Option<Vec<Checked<TopologySpreadConstraint>>>,
}

/// How servers keep apart from each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum AntiAffinity {
    /// One to a node where there is room.
    #[default]
    Preferred,
    /// One to a node, or not at all.
    Required,
}

impl Pool {
    pub(super) fn servers(&self) -> Traced<i64> {
        self.servers.clone().unwrap_or_else(|| Traced::literal(4))
    }

    pub(super) fn volumes_per_server(&self) -> Traced<i64> {
        self.volumes_per_server.clone().unwrap_or_else(|| Traced::literal(1))
    }

    pub(super) fn size(&self) -> Traced<Quantity> {
        self.size.clone().unwrap_or_else(|| Traced::literal(Quantity::parse("50Gi").expect("`50Gi` is a quantity")))
    }

    /// Returns its name, where it is the pool number `index`.
    pub(super) fn name(&self, index: usize) -> Traced<String> {
        match &self.name {
            Some(name) => name.map(ToString::to_string),
            None => Traced::literal(format!("pool-{index}")),
        }
    }
}

/// Where events of buckets can go to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EventTarget {
    /// Its name: letters, digits and `_`.
    #[schemars(length(min = 1))]
    pub(super) name: Traced<String>,
    /// What listens there.
    #[serde(rename = "type")]
    pub(super) kind: Traced<TargetType>,
    /// Its settings, as MinIO names them: `endpoint` of a `webhook`, say.
    #[serde(default)]
    pub(super) settings: BTreeMap<String, Traced<String>>,
    /// Settings that nobody may see, such as `auth_token`. They stand in the Secret with the root credentials.
    #[serde(default)]
    pub(super) secret_settings: Vec<SecretSetting>,
}

/// A setting that nobody may see.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretSetting {
    /// Its name.
    pub(super) name: Traced<String>,
    /// Its value, as an expression over a secret variable. Leave it out where somebody else makes the Secret.
    pub(super) value: Option<Traced<String>>,
}

/// What listens for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum TargetType {
    /// An HTTP server.
    Webhook,
    /// RabbitMQ, or whatever else speaks AMQP 0.9.1.
    Amqp,
    /// Kafka.
    Kafka,
    /// An MQTT broker.
    Mqtt,
    /// A table of PostgreSQL.
    Postgresql,
    /// A table of MySQL.
    Mysql,
    /// NATS.
    Nats,
    /// NSQ.
    Nsq,
    /// An index of Elasticsearch.
    Elasticsearch,
    /// A key of Redis.
    Redis,
}

/// Metrics for Prometheus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Monitoring {
    /// Whether there is a ServiceMonitor. Default: false.
    pub(super) enabled: Option<Traced<bool>>,
    /// The namespace that Prometheus runs in, whose pods may read the metrics. Default: `monitoring`.
    pub(super) prometheus_namespace: Option<Traced<Name>>,
    /// How a dashboard reaches Grafana. Default: there is none.
    pub(super) dashboards: Option<Traced<DashboardForm>>,
    /// The labels by which a sidecar finds the ConfigMap of the dashboard, by default `grafana_dashboard: "1"`; or those of
    /// the Grafana that the GrafanaDashboard is for, by default `dashboards: grafana`.
    #[serde(default)]
    pub(super) dashboard_labels: BTreeMap<String, Traced<String>>,
    /// Whether Prometheus warns, by a PrometheusRule. Default: false.
    pub(super) alerts: Option<Traced<bool>>,
}

/// The operator of MinIO.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Operator {
    /// Whether to install it. Default: true; false where something else does.
    pub(super) install: Option<Traced<bool>>,
    /// The namespace that it runs in. Default: `minio-operator`.
    pub(super) namespace: Option<Traced<Name>>,
    /// The chart's version. Default: the one that bayplan knows.
    pub(super) chart_version: Option<Traced<String>>,
    /// How many of it run, each on a node of its own. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) replicas: Option<Traced<i64>>,
}

impl Operator {
    pub(super) fn namespace(&self) -> Traced<String> {
        match &self.namespace {
            Some(namespace) => namespace.map(ToString::to_string),
            None => Traced::literal("minio-operator".to_owned()),
        }
    }
}

impl Spec {
    /// Returns the pools, the default one where none is written.
    pub(super) fn pools(&self) -> Vec<Pool> {
        let mut pools = if self.pools.is_empty() { vec![Pool::default()] } else { self.pools.clone() };
        let servers = self.mode.map(|mode| match mode {
            Mode::Operator => 4,
            Mode::Standalone => 1,
        });
        for pool in &mut pools {
            pool.servers.get_or_insert_with(|| servers.clone());
        }
        pools
    }

    /// Returns the number of servers in all pools.
    pub(super) fn servers(&self) -> Traced<i64> {
        self.pools()
            .iter()
            .fold(Traced::literal(0), |sum, pool| sum.zip(&pool.servers(), |sum, servers| sum.saturating_add(*servers)))
    }
}

impl Monitoring {
    pub(super) fn enabled(&self) -> Traced<bool> {
        self.enabled.clone().unwrap_or_default()
    }

    pub(super) fn prometheus_namespace(&self) -> Traced<String> {
        match &self.prometheus_namespace {
            Some(namespace) => namespace.map(ToString::to_string),
            None => Traced::literal("monitoring".to_owned()),
        }
    }
}
