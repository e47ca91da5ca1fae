//! `Bucket`: the settings of one bucket of a store, which the store's Job keeps as they are declared.

mod declaration;
mod events;
mod lifecycle;
mod lint;

pub(super) use declaration::Bucket;

use declaration::Mode;

use super::{App, BucketSettings, Claim, Component, Context, Offers, Purpose, Retention};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::BucketName;
use crate::project;
use crate::value::{Origin, Traced};

impl Component for Bucket {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "Bucket";
    const ABOUT: &'static str =
        "a bucket of a store: versioning, object lock, quota, lifecycle, events, anonymous access";
    const RULES: &'static [Rule] = lint::RULES;

    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        // A declaration whose name is no name of a bucket is told of.
        self.bucket_name().map(|name| Claim::Bucket(self.settings(name, offers))).into_iter().collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    /// The Job of the store makes it.
    fn expand(&self, _: &Context) -> Vec<App> {
        Vec::new()
    }
}

impl Bucket {
    /// Returns the bucket's name in the store, unless the declaration's own is none.
    fn bucket_name(&self) -> Option<Traced<BucketName>> {
        if self.spec.name.is_some() {
            return self.spec.name.clone();
        }
        let name = BucketName::parse(self.metadata.name.get().as_str()).ok()?;
        Some(self.metadata.name.map(|_| name))
    }

    fn settings(&self, name: Traced<BucketName>, offers: &Offers) -> BucketSettings {
        let spec = &self.spec;
        BucketSettings {
            store: spec.store.clone(),
            name,
            versioning: spec.versioning.clone(),
            lock: spec.object_lock.as_ref().map(|lock| match (&lock.days, &lock.mode) {
                (None, _) => Traced::literal(None),
                (Some(days), mode) => {
                    let mode = mode.clone().unwrap_or_default();
                    days.zip(&mode, |&days, mode| {
                        let mode = if *mode == Mode::Governance { "GOVERNANCE" } else { "COMPLIANCE" };
                        Some(Retention { mode, days })
                    })
                }
            }),
            quota: spec.quota.clone(),
            lifecycle: lifecycle::document(&spec.lifecycle),
            events: events::events(self, offers),
            anonymous: spec.anonymous.map(|anonymous| anonymous.as_str()),
            namespace: self.metadata.namespace(),
            claimant: self.origin(),
        }
    }

    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
