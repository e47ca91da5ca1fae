//! The metadata of a declaration.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::AppId;
use crate::kube::{LabelValue, Name};
use crate::value::Traced;

/// Name, namespace, labels and annotations of a declaration.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Metadata {
    /// The name, unique among the declarations of its kind in its namespace.
    pub(crate) name: Traced<Name>,
    /// The namespace that the objects live in.
    pub(crate) namespace: Traced<Name>,
    /// Labels for every object that the declaration stands for.
    #[serde(default)]
    labels: BTreeMap<String, Traced<LabelValue>>,
    /// Wishes to bayplan (`bayplan.dev/…`); others are kept for people to read and go nowhere.
    #[serde(default)]
    #[expect(dead_code, reason = "allowed in the input, and read by nobody yet")]
    pub(crate) annotations: BTreeMap<String, Traced<String>>,
}

impl Metadata {
    /// Returns the name.
    pub(crate) fn name(&self) -> Traced<String> {
        self.name.map(ToString::to_string)
    }

    /// Returns the namespace.
    pub(crate) fn namespace(&self) -> Traced<String> {
        self.namespace.map(ToString::to_string)
    }

    /// Returns the identifier of one of the declaration's apps: its name with `suffix`.
    pub(crate) fn app_id(&self, suffix: &str) -> Traced<AppId> {
        self.name.zip(&self.namespace, |name, namespace| AppId::new(namespace.to_string(), format!("{name}{suffix}")))
    }

    /// Returns the labels that are wanted on every object, if there are any.
    pub(crate) fn labels(&self) -> Option<&BTreeMap<String, Traced<LabelValue>>> {
        Some(&self.labels).filter(|labels| !labels.is_empty())
    }
}
