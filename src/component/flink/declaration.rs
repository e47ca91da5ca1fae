//! What a person writes to have a Flink.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::EnvVar;
use schemars::JsonSchema;
use serde::Deserialize;

use super::versions;
use crate::component::{Connection, CredentialSettings, Metadata};
use crate::kube::{BucketName, Duration, Image, Name, Quantity};
use crate::value::{Checked, Traced};

/// A Flink that keeps its state in a bucket: one that runs a job, or waits for some.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Flink {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `Flink`.
    pub(super) kind: Traced<String>,
    /// Name and namespace. Its pods, Services and account are named after it.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a Flink.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// Whose operator runs it. Default: `apache`.
    #[serde(default)]
    pub(super) distribution: Traced<Distribution>,
    /// The exact version of Flink, `2.1.1`. Default: the one that the tag of a published image of Flink tells.
    pub(super) version: Option<Traced<String>>,
    /// The image, with the job in it. Default: the published one of the version.
    pub(super) image: Option<Traced<Image>>,
    /// Where the state is kept.
    #[serde(default)]
    pub(super) storage: Storage,
    /// The job. Without one it is a session cluster, which waits for jobs.
    pub(super) job: Option<Job>,
    /// When the state is saved.
    #[serde(default)]
    pub(super) checkpoints: Checkpoints,
    /// Whether Kubernetes remembers the last checkpoint, so that a new job manager goes on from it. Default: true, but
    /// for a session cluster and for a job whose upgrades are `stateless`.
    pub(super) high_availability: Option<Traced<bool>>,
    /// The pods that lead.
    #[serde(default)]
    pub(super) job_manager: JobManager,
    /// The pods that work.
    #[serde(default)]
    pub(super) task_manager: TaskManager,
    /// More of the configuration of Flink. What bayplan sets itself cannot be set to something else here.
    #[serde(default)]
    pub(super) configuration: BTreeMap<String, Traced<String>>,
    /// More variables of the pods.
    #[serde(default)]
    pub(super) env: Vec<Checked<EnvVar>>,
    /// An account that exists, with the rights to make pods. Default: one made for it, named after it.
    pub(super) service_account_name: Option<Traced<Name>>,
    /// Whom the job reaches beside its store: the policy of the pods allows nothing else.
    #[serde(default)]
    pub(super) connections: Vec<Connection>,
    /// The operator, where the distribution is `apache`.
    #[serde(default)]
    pub(super) operator: Operator,
    /// What Confluent's kinds need, where the distribution is `confluent`.
    #[serde(default)]
    pub(super) confluent: Confluent,
}

/// Whose operator runs a Flink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Distribution {
    /// Apache's, by a FlinkDeployment.
    #[default]
    Apache,
    /// Confluent's, by a FlinkEnvironment and a FlinkApplication. Confluent for Kubernetes and Confluent Manager for
    /// Apache Flink are there already.
    Confluent,
}

/// Where the state is kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Storage {
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The bucket, with the prefixes `checkpoints`, `savepoints` and `ha`. Default: `NAME-state`.
    pub(super) bucket: Option<Traced<BucketName>>,
    /// How Flink comes to speak S3. Default: `hadoop`.
    #[serde(default)]
    pub(super) plugin: Traced<Plugin>,
    /// The scheme of addresses in the bucket. Default: `s3`, which every plugin serves.
    #[serde(default)]
    pub(super) scheme: Traced<Scheme>,
    /// The credentials for the store: a Secret with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, by default
    /// `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
}

/// How Flink comes to speak S3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Plugin {
    /// By the plugin of Hadoop, which sinks that write files need.
    #[default]
    Hadoop,
    /// By the plugin of Presto.
    Presto,
    /// By a plugin that stands in the image where Flink finds it.
    Image,
}

/// The scheme of addresses in a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Scheme {
    /// Every plugin serves it.
    #[default]
    S3,
    /// The plugin of Hadoop alone.
    S3a,
    /// The plugin of Presto alone.
    S3p,
}

/// A job.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Job {
    /// Where its jar is: `local:///opt/flink/usrlib/job.jar` in the image.
    #[serde(rename = "jarURI")]
    pub(super) jar_uri: Traced<String>,
    /// The class that begins it. Default: the one that the jar names.
    pub(super) entry_class: Option<Traced<String>>,
    /// Its arguments.
    #[serde(default)]
    pub(super) args: Vec<Traced<String>>,
    /// Over how many slots it is spread. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) parallelism: Option<Traced<i64>>,
    /// How it goes over to a new version. Default: `last-state`.
    #[serde(default)]
    pub(super) upgrade_mode: Traced<UpgradeMode>,
    /// Whether it runs. Default: `running`.
    #[serde(default)]
    pub(super) state: Traced<State>,
    /// Whether state that the new version does not know may be dropped. Default: false.
    pub(super) allow_non_restored_state: Option<Traced<bool>>,
}

/// How a job goes over to a new version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum UpgradeMode {
    /// From its last checkpoint.
    #[default]
    LastState,
    /// From a savepoint that is made for it.
    Savepoint,
    /// Without its state.
    Stateless,
}

/// Whether a job runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    /// It runs.
    #[default]
    Running,
    /// It is stopped, and its state is kept.
    Suspended,
}

/// When the state is saved.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Checkpoints {
    /// The time between two checkpoints. Default: `1m`.
    pub(super) interval: Option<Traced<Duration>>,
    /// How many checkpoints are kept. Flink deletes older ones itself: a lifecycle of the bucket would delete what newer
    /// ones still refer to. Default: 3.
    #[schemars(range(min = 1))]
    pub(super) retained: Option<Traced<i64>>,
}

/// The pods that lead.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct JobManager {
    /// Their number: more than one needs high availability. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) replicas: Option<Traced<i64>>,
    /// Memory of each, all of it. Default: `2Gi`.
    pub(super) memory: Option<Traced<Quantity>>,
    /// Processors of each. Default: 1.
    pub(super) cpu: Option<Traced<Quantity>>,
}

/// The pods that work.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TaskManager {
    /// Memory of each, all of it. Default: `2Gi`.
    pub(super) memory: Option<Traced<Quantity>>,
    /// Processors of each. Default: 1.
    pub(super) cpu: Option<Traced<Quantity>>,
    /// Slots of each. Their number follows from the parallelism of the jobs. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) slots: Option<Traced<i64>>,
}

/// The operator of Apache Flink.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Operator {
    /// Whether its chart is installed. Default: true.
    pub(super) install: Option<Traced<bool>>,
    /// Its namespace. Default: `flink-operator`.
    pub(super) namespace: Option<Traced<Name>>,
    /// The exact version of its chart. Default: the one that bayplan knows.
    pub(super) chart_version: Option<Traced<String>>,
    /// The namespaces that it looks after, and has rights in. Default: all.
    #[serde(default)]
    pub(super) watch_namespaces: Vec<Traced<Name>>,
    /// Whether it checks objects before they are stored. Needs cert-manager. Default: false.
    pub(super) webhook: Option<Traced<bool>>,
}

/// What Confluent's kinds need.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Confluent {
    /// An environment that exists. What it configures wins over what is declared here. Default: one made for it, named
    /// after it.
    pub(super) environment: Option<Traced<Name>>,
    /// The `CMFRestClass` by which Confluent for Kubernetes reaches Confluent Manager for Apache Flink.
    pub(super) rest_class: Option<RestClass>,
}

/// A `CMFRestClass`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RestClass {
    /// Its name.
    pub(super) name: Traced<Name>,
    /// Its namespace. Default: that of the Flink.
    pub(super) namespace: Option<Traced<Name>>,
}

impl UpgradeMode {
    pub(super) fn name(self) -> &'static str {
        match self {
            UpgradeMode::LastState => "last-state",
            UpgradeMode::Savepoint => "savepoint",
            UpgradeMode::Stateless => "stateless",
        }
    }
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Suspended => "suspended",
        }
    }
}

impl Scheme {
    pub(super) fn name(self) -> &'static str {
        match self {
            Scheme::S3 => "s3",
            Scheme::S3a => "s3a",
            Scheme::S3p => "s3p",
        }
    }
}

impl Plugin {
    /// Returns the part of its file's name that tells it from others, if it is no matter of the image.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Plugin::Hadoop => Some("hadoop"),
            Plugin::Presto => Some("presto"),
            Plugin::Image => None,
        }
    }

    pub(super) fn serves(self, scheme: Scheme) -> bool {
        match (self, scheme) {
            (Plugin::Image, _) | (_, Scheme::S3) => true,
            (Plugin::Hadoop, scheme) => scheme == Scheme::S3a,
            (Plugin::Presto, scheme) => scheme == Scheme::S3p,
        }
    }
}

impl Operator {
    pub(super) fn namespace(&self) -> Traced<String> {
        match &self.namespace {
            Some(namespace) => namespace.map(ToString::to_string),
            None => Traced::literal("flink-operator".to_owned()),
        }
    }

    pub(super) fn install(&self) -> Traced<bool> {
        self.install.clone().unwrap_or_else(|| Traced::literal(true))
    }

    pub(super) fn chart_version(&self) -> Traced<String> {
        self.chart_version.clone().unwrap_or_else(|| Traced::literal(versions::OPERATOR_VERSION.to_owned()))
    }
}

impl Spec {
    pub(super) fn is_confluent(&self) -> bool {
        *self.distribution.get() == Distribution::Confluent
    }

    /// Whether Kubernetes remembers the last checkpoint.
    pub(super) fn high_availability(&self) -> Traced<bool> {
        match (&self.high_availability, &self.job) {
            (Some(written), _) => written.clone(),
            (None, Some(job)) => job.upgrade_mode.map(|mode| *mode != UpgradeMode::Stateless),
            (None, None) => Traced::literal(false),
        }
    }
}
