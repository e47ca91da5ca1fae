//! `S3Access`: buckets, a user and a Secret for an application that bayplan does not know.

mod declaration;
mod lint;
mod secret;

pub(super) use declaration::S3Access;

use std::collections::BTreeMap;

use super::{
    Access, App, Claim, Component, Context, Credential, Flow, NeededSecret, Offers, Part, Pods, Policy, Purpose, Store,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project;
use crate::value::{Origin, ToValue, Traced, text};

impl Component for S3Access {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "S3Access";
    const ABOUT: &'static str =
        "buckets, a user, and a Secret with the keys that an application wants, for whatever has no kind of its own";
    const RULES: &'static [Rule] = lint::RULES;

    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        let spec = &self.spec;
        vec![Claim::Access(Access {
            store: spec.store.clone(),
            user: self.user(),
            buckets: spec.buckets.clone(),
            permissions: *spec.permissions.get(),
            credential: self.credential(offers),
            namespace: self.metadata.namespace(),
            pods: Some(Pods { namespace: self.metadata.namespace(), labels: self.pod_labels() }),
            // What the application deletes, only whoever runs it knows.
            manages: Vec::new(),
            claimant: self.claimant().and(spec.permissions.origin()),
        })]
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let store = self.store(&context.offers);
        let keys = secret::keys(self, store, &self.credential(&context.offers));
        // Whoever names the Secret names a key of it, too.
        let names = Origin::merged(keys.iter().map(|key| key.name.origin()));
        let name = self.spec.credentials.secret_name(text!("{}-s3-credentials", self.metadata.name()));
        vec![NeededSecret {
            namespace: self.metadata.namespace(),
            name: name.because(&names),
            keys: keys.into_iter().map(|key| (key.name.get().clone().into(), key.holds)).collect(),
            purpose: text!("`{}` in its store", self.metadata.name()),
            of_store: false,
            app: self.metadata.app_id(""),
            claimant: self.claimant().and(&names),
        }]
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    /// The application is somebody else's: what there is to apply is a policy for its pods, and the certificate by which
    /// it may trust the store.
    fn expand(&self, context: &Context) -> Vec<App> {
        let Some(store) = self.store(&context.offers) else { return Vec::new() };
        let certificate = store.trust(&self.metadata.name(), &self.metadata.namespace()).and_then(|trust| trust.object);
        let policy = self.policy(store).and_then(|policy| policy.part(&context.project.policies()));
        let parts: Vec<_> = certificate.map(Part::from).into_iter().chain(policy).collect();
        if parts.is_empty() {
            return Vec::new();
        }
        let wanted = self.spec.egress_policy.as_ref().map(Traced::origin).cloned().unwrap_or_default();
        let because = self.claimant().and(&store.offered).and(&wanted);
        vec![App::new(self.metadata.app_id("").because(&because), parts)]
    }
}

impl S3Access {
    fn store<'offers>(&self, offers: &'offers Offers) -> Option<&'offers Store> {
        offers.store(self.spec.store.as_ref())
    }

    fn user(&self) -> Traced<String> {
        self.spec.user.as_ref().unwrap_or(&self.metadata.name).map(ToString::to_string)
    }

    fn credential(&self, offers: &Offers) -> Credential {
        self.spec.credentials.credential(&self.user(), self.store(offers))
    }

    fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        let text = |(key, value): (&String, &Traced<_>)| (key.clone(), value.map(ToString::to_string));
        self.spec.pods.labels.iter().map(text).collect()
    }

    /// Returns the policy that lets the pods reach the store, if one is wanted.
    fn policy(&self, store: &Store) -> Option<Policy> {
        let wanted = self.spec.egress_policy.as_ref().filter(|wanted| *wanted.get())?;
        Some(Policy {
            name: text!("{}-s3-egress", self.metadata.name()),
            namespace: self.metadata.namespace(),
            labels: self.metadata.labels().to_value(),
            pods: self.pod_labels(),
            ingress: None,
            egress: Some(vec![Flow::dns(), Flow::to(&store.target).because(&store.offered)]),
            because: self.claimant().and(wanted.origin()),
        })
    }

    /// Returns where the declaration stands, after the store that it names.
    fn claimant(&self) -> Origin {
        let named = self.spec.store.as_ref().map(Traced::origin);
        named.cloned().unwrap_or_default().and(self.kind.origin())
    }
}
