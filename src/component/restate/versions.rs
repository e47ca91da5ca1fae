//! The versions of the operator, as data: where its charts are published, and what it makes differently since when.

use schemars::JsonSchema;
use serde::Deserialize;

/// A minor version of the operator, 2.8 being the one whose every object is known. Ordered by age.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// 2.8.
    #[default]
    #[serde(rename = "2.8")]
    V2_8,
    /// 3.0: another variable names the signing key, and the binding of a Google account names the version of its kind.
    #[serde(rename = "3.0")]
    V3_0,
    /// 3.1: canary Jobs have a deadline, labels of apply sets are not copied from deployments, how a deployment is deleted
    /// can be chosen, and an annotation pauses a resource.
    #[serde(rename = "3.1")]
    V3_1,
}

/// The operator's chart, each published with the version of the operator
/// (releases: <https://github.com/restatedev/restate-operator/releases>).
pub(super) const OPERATOR_CHART: &str = "restate-operator-helm";
/// The chart of its definitions, of the same version.
pub(super) const DEFINITIONS_CHART: &str = "restate-operator-crds";
/// The repository of both charts.
pub(super) const REPOSITORY: &str = "oci://ghcr.io/restatedev";

impl Version {
    /// Returns the last version of the charts that is known. There is no 2.8.0.
    pub(super) fn chart(self) -> &'static str {
        match self {
            Self::V2_8 => "2.8.1",
            Self::V3_0 => "3.0.1",
            Self::V3_1 => "3.1.0",
        }
    }

    /// Returns the minor version of the charts of `version`.
    pub(super) fn of_chart(version: &str) -> Option<Self> {
        let minor: String = version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        [Self::V2_8, Self::V3_0, Self::V3_1].into_iter().find(|known| known.name() == minor)
    }

    /// Returns the variable that names the file of the signing key, as the servers of that time read it.
    pub(super) fn signing_key_variable(self) -> &'static str {
        if self >= Self::V3_0 {
            "RESTATE_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE"
        } else {
            "RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE"
        }
    }

    /// Returns the version of the kind that the binding of a Google account refers to, if it is told.
    pub(super) fn google_account_version(self) -> Option<&'static str> {
        (self >= Self::V3_0).then_some("iam.cnrm.cloud.google.com/v1beta1")
    }

    /// Returns the version as it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V2_8 => "2.8",
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
        }
    }

    /// Whether the operator and its definitions know what is new in 3.1.
    pub(super) fn knows_3_1(self) -> bool {
        self >= Self::V3_1
    }

    /// Returns how long a canary Job may run, in seconds.
    pub(super) fn canary_deadline(self) -> Option<i64> {
        (self >= Self::V3_1).then_some(300)
    }

    /// Whether the label `key` of a RestateDeployment is copied to what the operator makes of it. Of the other kinds all
    /// are.
    pub(super) fn copies_label(self, key: &str) -> bool {
        self < Self::V3_1 || !key.starts_with("applyset.kubernetes.io/")
    }
}
