//! What a person writes to have a Loki.

use k8s_openapi::api::core::v1::ResourceRequirements;
use schemars::JsonSchema;
use serde::Deserialize;

use super::versions;
use crate::component::{CredentialSettings, Metadata, StoreKind};
use crate::kube::{BucketName, Day, Duration, Quantity};
use crate::value::{Checked, Origin, Traced};

/// A Loki made by its Helm chart.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Loki {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `Loki`.
    pub(super) kind: Traced<String>,
    /// Name and namespace of the release. Its objects are named after it: a Service NAME, say.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a Loki.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// How it is split into pods. Default: `Monolithic`.
    pub(super) deployment_mode: Option<Traced<Mode>>,
    /// How long logs are kept; `0` keeps them for ever. Default: `7d`.
    pub(super) retention: Option<Traced<Duration>>,
    /// Where logs are kept.
    #[serde(default)]
    pub(super) storage: Storage,
    /// Size of each pod's volume, which nobody can change later. Default: `50Gi` where logs are kept on it, `10Gi` where
    /// it only holds what is not yet in the store.
    pub(super) size: Option<Traced<Quantity>>,
    /// Storage class of the volumes. Default: the cluster's default class.
    pub(super) storage_class_name: Option<Traced<String>>,
    /// Number of pods in mode `Monolithic`, each on a node of its own. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) replicas: Option<Traced<i64>>,
    /// The pods that take logs in mode `SimpleScalable`. Default: 3.
    #[serde(default)]
    pub(super) write: Target,
    /// The pods that answer queries in mode `SimpleScalable`. Default: 3.
    #[serde(default)]
    pub(super) read: Target,
    /// The pods that compact, delete and evaluate rules in mode `SimpleScalable`. Default: 3.
    #[serde(default)]
    pub(super) backend: Target,
    /// The pods that hand logs out in mode `Distributed`. Default: 3.
    #[serde(default)]
    pub(super) distributor: Target,
    /// The pods that take logs in mode `Distributed`. Default: 3.
    #[serde(default)]
    pub(super) ingester: Target,
    /// The pods that split queries up in mode `Distributed`. Default: 2.
    #[serde(default)]
    pub(super) query_frontend: Target,
    /// The pods that queue queries in mode `Distributed`. Default: 2.
    #[serde(default)]
    pub(super) query_scheduler: Target,
    /// The pods that answer queries in mode `Distributed`. Default: 3.
    #[serde(default)]
    pub(super) querier: Target,
    /// The pods that hold indexes for queries in mode `Distributed`. Default: 2.
    #[serde(default)]
    pub(super) index_gateway: Target,
    /// How many pods take each log line before it is in the store. Default: 3 where three or more pods take logs, else 1.
    #[schemars(range(min = 1))]
    pub(super) replication_factor: Option<Traced<i64>>,
    /// Resources of each pod of Loki. Default: requests of 100m CPU and 512Mi memory, and a memory limit of 2Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Which kind of store held the logs since when, oldest first. It is history: append a period with a day in the future
    /// when the kind of store changes, and never edit one, or the logs of that time cannot be read any more. Default: one
    /// period since `schemaFrom`, with the kind of store that is in use.
    #[serde(default)]
    pub(super) schema: Vec<Period>,
    /// The first day of the only period, where `schema` has none. Default: `2024-04-01`.
    pub(super) schema_from: Option<Traced<Day>>,
    /// Metrics for Prometheus.
    #[serde(default)]
    pub(super) monitoring: Monitoring,
    /// The chart's exact version. Default: the one that bayplan knows. The values are those of version 18.
    pub(super) chart_version: Option<Traced<String>>,
}

/// How a Loki is split into pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum Mode {
    /// All parts in each pod.
    #[default]
    Monolithic,
    /// The old name of `Monolithic`.
    SingleBinary,
    /// Pods that write, read, and do all else. Deprecated: Loki 4 does not have it.
    SimpleScalable,
    /// Pods of their own for each part, for very many logs.
    Distributed,
}

/// Where logs are kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Storage {
    /// The kind of store. Default: `s3` where somebody offers a store or one is named, else `filesystem`.
    #[serde(rename = "type")]
    pub(super) kind: Option<Traced<StoreKind>>,
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The buckets in the store.
    #[serde(default)]
    pub(super) buckets: Buckets,
    /// The credentials for the store: a Secret with the keys `LOKI_S3_ACCESS_KEY` and `LOKI_S3_SECRET_KEY`, by default
    /// `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
}

/// The buckets of a Loki.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Buckets {
    /// For logs and their index. Default: `NAME-chunks`.
    pub(super) chunks: Option<Traced<BucketName>>,
    /// For rules. Default: `NAME-ruler`.
    pub(super) ruler: Option<Traced<BucketName>>,
}

/// Pods of one part, in the modes that have parts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Target {
    /// Number of pods, each on a node of its own.
    #[schemars(range(min = 1))]
    pub(super) replicas: Option<Traced<i64>>,
    /// Resources of each pod. Default: those of the whole Loki.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
}

/// A time in which one kind of store held the logs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Period {
    /// Its first day, in UTC.
    pub(super) from: Traced<Day>,
    /// The kind of store that holds the logs of this time.
    pub(super) object_store: Traced<StoreKind>,
}

/// Metrics for Prometheus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Monitoring {
    /// Whether there is a ServiceMonitor. Default: false.
    pub(super) enabled: Option<Traced<bool>>,
}

impl Mode {
    /// Returns its name in the chart.
    pub(super) fn name(self) -> &'static str {
        match self {
            Mode::Monolithic | Mode::SingleBinary => "Monolithic",
            Mode::SimpleScalable => "SimpleScalable",
            Mode::Distributed => "Distributed",
        }
    }

    /// Whether its parts have pods of their own.
    pub(super) fn is_in_parts(self) -> bool {
        matches!(self, Mode::SimpleScalable | Mode::Distributed)
    }
}

/// A part of Loki with pods of its own, and what is wanted of it.
pub(super) struct Part<'spec> {
    /// The mode that has it.
    pub(super) mode: Mode,
    /// Its name in the chart and in the declaration.
    pub(super) name: &'static str,
    /// What is wanted of it, unless nothing can be.
    pub(super) target: Option<&'spec Target>,
    /// The number of its pods where nothing else is wanted.
    pub(super) replicas: i64,
    /// What it keeps on a volume of its own.
    pub(super) kept: Volume,
}

/// How a part asks the chart for a volume.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Volume {
    /// It has none.
    None,
    /// By the fields of one.
    Fields,
    /// By a list of claims.
    Claims,
}

impl Part<'_> {
    /// Whether its pods hold logs that are not yet in the store.
    fn takes_logs(&self) -> bool {
        matches!(self.name, "write" | "ingester")
    }

    /// Returns the number of its pods.
    pub(super) fn replicas(&self) -> Traced<i64> {
        let wanted = self.target.and_then(|target| target.replicas.clone());
        wanted.unwrap_or_else(|| Traced::literal(self.replicas))
    }
}

impl Target {
    /// Returns the places of what is written in it.
    pub(super) fn written(&self) -> Origin {
        let replicas = self.replicas.iter().map(Traced::origin);
        Origin::merged(replicas.chain(self.resources.iter().map(|resources| &resources.value().origin)))
    }
}

impl Spec {
    pub(super) fn mode(&self) -> Traced<Mode> {
        self.deployment_mode.clone().unwrap_or_default()
    }

    pub(super) fn retention(&self) -> Traced<Duration> {
        self.retention.clone().unwrap_or_else(|| Traced::literal(Duration::parse("7d").expect("`7d` is a duration")))
    }

    /// Returns the number of pods that take logs.
    pub(super) fn writers(&self) -> Traced<i64> {
        let mode = self.mode();
        let taking = self.parts().into_iter().find(|part| part.mode == *mode.get() && part.takes_logs());
        taking.map_or_else(|| self.replicas(), |part| part.replicas()).because(mode.origin())
    }

    /// Returns the parts that have pods of their own in one of the modes.
    pub(super) fn parts(&self) -> [Part<'_>; 11] {
        let part = |mode, name, target, replicas, kept| Part { mode, name, target, replicas, kept };
        let scalable = |name, target, kept| part(Mode::SimpleScalable, name, Some(target), 3, kept);
        let distributed = |name, target, replicas, kept| part(Mode::Distributed, name, target, replicas, kept);
        [
            scalable("write", &self.write, Volume::Fields),
            scalable("read", &self.read, Volume::None),
            scalable("backend", &self.backend, Volume::Fields),
            distributed("distributor", Some(&self.distributor), 3, Volume::None),
            distributed("ingester", Some(&self.ingester), 3, Volume::Claims),
            distributed("queryFrontend", Some(&self.query_frontend), 2, Volume::None),
            distributed("queryScheduler", Some(&self.query_scheduler), 2, Volume::None),
            distributed("querier", Some(&self.querier), 3, Volume::None),
            distributed("indexGateway", Some(&self.index_gateway), 2, Volume::None),
            // Of these there is one: two would delete what the other one compacts, and evaluate every rule twice.
            distributed("compactor", None, 1, Volume::Claims),
            distributed("ruler", None, 1, Volume::None),
        ]
    }

    /// Returns the number of pods in mode `Monolithic`.
    pub(super) fn replicas(&self) -> Traced<i64> {
        self.replicas.clone().unwrap_or_else(|| Traced::literal(1))
    }

    /// Returns how many pods take each log line. With two of them one must not be missing, so that two are no better
    /// than one.
    pub(super) fn replication_factor(&self) -> Traced<i64> {
        self.replication_factor
            .clone()
            .unwrap_or_else(|| self.writers().map(|&writers| if writers < 3 { 1 } else { 3 }))
    }

    /// Returns the first day of the only period. The default lies before every log line, and never changes.
    pub(super) fn schema_from(&self) -> Traced<Day> {
        self.schema_from
            .clone()
            .unwrap_or_else(|| Traced::literal(Day::parse("2024-04-01").expect("`2024-04-01` is a day")))
    }

    pub(super) fn chart_version(&self) -> Traced<String> {
        self.chart_version.clone().unwrap_or_else(|| Traced::literal(versions::CHART_VERSION.to_owned()))
    }
}
