//! What a person writes to give an application a place in a store.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::{CredentialSettings, Metadata, Permissions};
use crate::kube::{BucketName, DataKey, LabelValue, Name};
use crate::value::Traced;

/// Buckets, a user and a Secret for an application that bayplan does not know: Harbor, Talos backup.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct S3Access {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `S3Access`.
    pub(super) kind: Traced<String>,
    /// Its name, which is that of the user unless another one is wanted, and the namespace of the application.
    pub(super) metadata: Metadata,
    /// What is wanted.
    pub(super) spec: Spec,
}

/// What is wanted of a store.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The buckets, one at least.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub(super) buckets: Vec<Traced<BucketName>>,
    /// What the user may do with the objects in them, beside listing. Default: `readWriteDelete`.
    #[serde(default)]
    pub(super) permissions: Traced<Permissions>,
    /// The user's name in the store. Default: the name of the declaration.
    pub(super) user: Option<Traced<Name>>,
    /// The credentials: a Secret in the namespace of the application, by default `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
    /// What the application wants to find in the Secret.
    #[serde(default)]
    pub(super) secret: Secret,
    /// The pods of the application. Default: every pod of the namespace.
    #[serde(default)]
    pub(super) pods: AccessPods,
    /// Whether a policy lets the pods reach the store and DNS. It denies them whatever no other policy of them allows.
    /// Default: false.
    pub(super) egress_policy: Option<Traced<bool>>,
}

/// What an application wants to find in its Secret.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Secret {
    /// The names of the keys. A key without a name is left out, but for those of the credentials.
    #[serde(default)]
    pub(super) keys: Keys,
}

/// The names of the keys of a Secret.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Keys {
    /// For the access key. Default: `AWS_ACCESS_KEY_ID`.
    pub(super) access_key: Option<Traced<DataKey>>,
    /// For the secret key. Default: `AWS_SECRET_ACCESS_KEY`.
    pub(super) secret_key: Option<Traced<DataKey>>,
    /// For the URL of the S3 API, `https://s3.example.org`.
    pub(super) endpoint: Option<Traced<DataKey>>,
    /// For its host alone.
    pub(super) host: Option<Traced<DataKey>>,
    /// For host and port, `minio.storage.svc:80`.
    pub(super) host_and_port: Option<Traced<DataKey>>,
    /// For the region.
    pub(super) region: Option<Traced<DataKey>>,
    /// For the bucket, where there is one.
    pub(super) bucket: Option<Traced<DataKey>>,
    /// For all buckets, with commas between them.
    pub(super) buckets: Option<Traced<DataKey>>,
    /// For `true` where buckets stand in the path of a URL, and `false` where they stand in its host.
    pub(super) path_style: Option<Traced<DataKey>>,
    /// For `true` where the store speaks TLS, and `false` where it does not.
    pub(super) tls: Option<Traced<DataKey>>,
}

/// The pods of an application.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AccessPods {
    /// Labels that they carry. Default: every pod of the namespace.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "bayplan.label-key" }))]
    pub(super) labels: BTreeMap<String, Traced<LabelValue>>,
}
