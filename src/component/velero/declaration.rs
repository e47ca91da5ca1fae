//! What a person writes to have backups.

use k8s_openapi::api::core::v1::ResourceRequirements;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::{CredentialSettings, Metadata};
use crate::kube::{BucketName, Endpoint, Image, Name};
use crate::value::{Checked, Traced};

/// Backups of the cluster's objects and volumes by Velero, in a store.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Velero {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `Velero`.
    pub(super) kind: Traced<String>,
    /// Name and namespace of the release. It wants a namespace of its own: its Jobs run there, too.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a Velero.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// Where backups are kept.
    #[serde(default)]
    pub(super) storage: Storage,
    /// What is backed up when. Default: everything each night at two, kept for 30 days.
    pub(super) schedules: Option<Vec<Schedule>>,
    /// What is in volumes, read by an agent on each node.
    #[serde(default)]
    pub(super) volumes: Volumes,
    /// Resources of the server. Default: requests of 100m CPU and 128Mi memory, and a memory limit of 512Mi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Metrics for Prometheus.
    #[serde(default)]
    pub(super) monitoring: Monitoring,
    /// The server's image. Default: the one that bayplan knows.
    pub(super) image: Option<Traced<Image>>,
    /// The image of the plugin for S3. Default: the one that is made for the server that bayplan knows.
    pub(super) plugin_image: Option<Traced<Image>>,
    /// The chart's exact version. Default: the one that bayplan knows.
    pub(super) chart_version: Option<Traced<String>>,
}

/// Where backups are kept.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Storage {
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is. One outside of the cluster outlives it.
    pub(super) store: Option<Traced<String>>,
    /// The bucket. Default: `NAME-backups`.
    pub(super) bucket: Option<Traced<BucketName>>,
    /// The folder in the bucket. Default: none.
    #[schemars(length(min = 1))]
    pub(super) prefix: Option<Traced<String>>,
    /// The URL by which a person's machine reaches the store, for `velero backup logs`. Default: none.
    pub(super) public_url: Option<Traced<Endpoint>>,
    /// The credentials for the store: a Secret with the key `cloud`, by default `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
}

/// One backup that is made again and again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Schedule {
    /// Its name.
    pub(super) name: Traced<Name>,
    /// When, as cron has it: `0 2 * * *`.
    #[serde(rename = "schedule")]
    pub(super) at: Traced<String>,
    /// How long each backup is kept. Default: `720h`.
    pub(super) ttl: Option<Traced<String>>,
    /// The namespaces that are backed up. Default: all.
    pub(super) included_namespaces: Option<Vec<Traced<String>>>,
    /// The namespaces that are left out. Default: none.
    pub(super) excluded_namespaces: Option<Vec<Traced<String>>>,
    /// Whether it is paused. Default: false.
    pub(super) paused: Option<Traced<bool>>,
}

/// What is in volumes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Volumes {
    /// Whether volumes are backed up file by file. Default: true. Only objects are backed up without it.
    pub(super) enabled: Option<Traced<bool>>,
    /// Resources of each agent. Default: requests of 100m CPU and 256Mi memory, and a memory limit of 1Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
}

/// Metrics for Prometheus.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Monitoring {
    /// Whether there is a ServiceMonitor. Default: false.
    pub(super) enabled: Option<Traced<bool>>,
}
