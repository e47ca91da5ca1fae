//! `Flink`: jobs whose state is in a store, run by the operator of Apache Flink or by Confluent's.

mod account;
mod configuration;
mod declaration;
mod lint;
mod network;
mod operator;
mod pods;
mod resource;
mod storage;
mod trust;
mod version;
mod versions;

pub(super) use declaration::Flink;

use super::{App, Claim, Component, Context, NeededSecret, Offers, Part, Purpose, Trust};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project;
use crate::value::{Origin, Traced};

impl Component for Flink {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "Flink";
    const ABOUT: &'static str = "stream processing: the operator, and jobs that keep their state in a bucket";
    const RULES: &'static [Rule] = lint::RULES;

    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        vec![self.claim(offers)]
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let first = if self.base(context).is_empty() { "" } else { BASE };
        vec![self.secret(&context.offers, self.metadata.app_id(first))]
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    /// The custom resources have a stage of their own: whoever else installs their operator may do it later, and until
    /// then nothing of their stage can be applied.
    fn expand(&self, context: &Context) -> Vec<App> {
        let store = self.store(&context.offers);
        let trust = self.trust(context);
        let (resources, health) = resource::resources(self, store.as_ref(), trust.as_ref());
        let base = self.base(context);
        let base =
            (!base.is_empty()).then(|| App::new(self.metadata.app_id(BASE).because(&self.base_because(context)), base));
        let buckets =
            store.and_then(|store| Some(store.buckets_stage()?.because(&store.offered).because(&self.claimant())));
        let id = self.metadata.app_id("").because(self.spec.distribution.origin());
        let app = App::new(id, resources.into_iter().map(Part::from).collect());
        let app = App { health, timeout: "15m", ..app }
            .after(operator::stage(self))
            .after(base.as_ref().map(|base| base.id.clone()))
            .after(buckets);
        operator::app(self).into_iter().chain(base).chain([app]).collect()
    }
}

/// The suffix of the stage with what the custom resources need.
const BASE: &str = "-base";

impl Flink {
    fn trust(&self, context: &Context) -> Option<Trust> {
        self.store(&context.offers)?.trust(&self.metadata.name(), &self.metadata.namespace())
    }

    /// Returns what the custom resources need: the account, the certificate of the store, the policy.
    fn base(&self, context: &Context) -> Vec<Part> {
        let certificate = self.trust(context).and_then(|trust| trust.object);
        let policies = context.project.policies();
        let policy = self.store(&context.offers).and_then(|store| network::policy(self, &store).part(&policies));
        let objects = account::objects(self).into_iter().chain(certificate);
        objects.map(Part::from).chain(policy).collect()
    }

    /// Returns who decides that there is a stage for it.
    fn base_because(&self, context: &Context) -> Origin {
        let account = self.spec.service_account_name.as_ref().map(Traced::origin).cloned().unwrap_or_default();
        let store = self.store(&context.offers).map(|store| store.offered).unwrap_or_default();
        account.and(&store).and(context.project.policies().enforcement.origin())
    }
}
