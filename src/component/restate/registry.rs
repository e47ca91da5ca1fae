//! What a RestateDeployment can register with: a RestateCluster, or an environment of Restate Cloud.

use super::settings::Settings;
use crate::component::AppId;
use crate::value::Traced;

/// A declaration that a RestateDeployment can register with.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    /// Its name, by which a deployment names it.
    pub(super) name: Traced<String>,
    /// What there is to know of it, if it is an environment of Restate Cloud; else it is a cluster.
    pub(super) cloud: Option<Cloud>,
    /// Whether the operator finds it: a cluster whose objects stand in the tree is no resource to it.
    pub(super) is_resource: bool,
    /// Whether nobody knows that its policies keep it from pods without its label.
    pub(super) reaches_others: bool,
}

/// What identifies an environment of Restate Cloud.
#[derive(Clone, Debug)]
pub(super) struct Cloud {
    pub(super) environment_id: Traced<String>,
    pub(super) region: Traced<String>,
    pub(super) signing_public_key: Traced<String>,
}

impl Registry {
    /// Returns the stage after which one can register with it.
    pub(super) fn stage(&self, settings: &Settings) -> Traced<AppId> {
        match self.cloud {
            Some(_) => environment_stage(&self.name, settings),
            None => self.name.map(|name| AppId::new(name.clone(), "restate")),
        }
    }
}

/// Returns the stage of the environment `name`, whose pods run beside the operator.
pub(super) fn environment_stage(name: &Traced<String>, settings: &Settings) -> Traced<AppId> {
    settings.namespace.zip(name, |namespace, name| AppId::new(namespace.clone(), format!("restate-cloud-{name}")))
}
