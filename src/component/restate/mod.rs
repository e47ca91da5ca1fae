//! `RestateCluster`: what the Restate operator 2.8 makes of its custom resource, object for object.

mod cloud;
mod config_map;
mod declaration;
mod delivery;
mod deployment;
mod env;
mod environment;
mod extras;
mod install;
mod lint;
mod making;
mod metadata;
mod needs_operator;
mod network;
mod newer;
mod operator;
mod pods;
mod provision;
mod registry;
mod resource;
mod said;
mod server_keys;
mod services;
mod settings;
mod snapshots;
mod toml;
mod versions;

pub(super) use declaration::RestateCluster;
pub(super) use deployment::Deployment;
pub(super) use environment::Environment;
pub(super) use operator::RestateOperator;
pub(crate) use registry::Registry;
pub(crate) use settings::Settings;

use super::{App, Claim, Component, Context, NeededSecret, Offers, Part, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube;
use crate::source::Span;
use crate::value::Value;
use making::Making;

impl Component for RestateCluster {
    const API_VERSION: &'static str = "restate.dev/v1";
    const KIND: &'static str = "RestateCluster";
    const ABOUT: &'static str = "a Restate cluster, as its operator makes it: namespace, policies, configuration, services, nodes; and snapshots";
    const RULES: &'static [Rule] = lint::RULES;

    fn schema() -> serde_json::Value {
        kube::resource_schema_of::<Self>()
    }

    fn restate_registry(&self) -> Option<Registry> {
        let security = self.spec.security.as_ref();
        let open =
            security.and_then(|security| security.disable_network_policies.as_ref()).is_some_and(|off| *off.get());
        let rules = security.and_then(|security| security.network_egress_rules.as_deref()).unwrap_or_default();
        Some(Registry {
            name: self.name(),
            cloud: None,
            is_resource: delivery::is_by_operator(self),
            reaches_others: open || !rules.is_empty(),
        })
    }

    fn declare(document: &Value) -> Result<Self, String> {
        delivery::declare(document)
    }

    fn claims(&self, offers: &Offers, purpose: Purpose) -> Vec<Claim> {
        // The operator knows no snapshots of ours: a store that is not there is no fault of what it makes.
        let answered = |claim: &Claim| purpose == Purpose::Tree || offers.store(claim.store()).is_some();
        snapshots::claim(self, offers).into_iter().filter(answered).collect()
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let credentials = snapshots::secret(self, &context.offers);
        credentials.into_iter().chain(snapshots::certificate(self, context)).collect()
    }

    fn secrets_in_clear(&self, context: &Context) -> Vec<Span> {
        lint::plaintext(self).iter().flat_map(|(_, said)| said.places(context)).collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let making = Making::new(self, context);
        if !making.tree && making.pause().is_some() {
            return Vec::new();
        }
        let app = |parts| {
            let app = App { timeout: "15m", ..App::new(self.app_id(), parts) };
            match &making.snapshots {
                Some(snapshots) => app.after_buckets(Some(snapshots.store), snapshots.because()),
                None => app,
            }
        };
        vec![match delivery::by_operator(&making) {
            Some(delivered) => App { health: vec![delivery::HEALTH], ..app(delivered.parts(&making)) }
                .after([delivered.operator(&making)]),
            None => app(parts(&making)),
        }]
    }
}

/// Returns the objects in the operator's order, and what a tree needs in the operator's place.
fn parts(making: &Making<'_>) -> Vec<Part> {
    let namespace = services::namespace(making);
    // Whatever is in the namespace would go with it, the volumes too.
    let mut parts = vec![if making.tree { Part::kept(namespace) } else { namespace.into() }];
    parts.extend(network::policies(making).into_iter().map(Part::from));
    parts.extend(extras::key_class(making).map(Part::from));
    parts.push(services::service_account(making).into());
    parts.push(config_map::part(making));
    let trust = making.snapshots.as_ref().and_then(|snapshots| snapshots.trust(making.declared));
    parts.extend(trust.and_then(|trust| trust.object).map(Part::from));
    parts.extend(cloud::objects(making).into_iter().map(Part::from));
    parts.push(services::service(making).into());
    parts.push(services::node_service(making).into());
    parts.push(services::disruption_budget(making).into());
    parts.push(pods::stateful_set(making).into());
    parts.extend(provision::parts(making));
    parts
}
