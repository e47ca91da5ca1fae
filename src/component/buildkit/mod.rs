//! `BuildKit`: a daemon that builds images, with the cache that builds share in a store that somebody offers.

mod cache;
mod daemon;
mod declaration;
mod lint;
mod network;
mod versions;

pub(super) use declaration::BuildKit;

use std::collections::BTreeMap;

use super::{
    Access, App, Claim, Component, Consumer, Context, Holds, Kept, Managed, NeededSecret, Offers, Part, Permissions,
    Purpose, bucket,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{BucketName, Duration};
use crate::project;
use crate::value::{Traced, text};

/// The key of the Secret, and the variable of the daemon, with the access key.
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
/// The key of the Secret, and the variable of the daemon, with the secret key.
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";

impl Component for BuildKit {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "BuildKit";
    const ABOUT: &'static str = "builds of images: the daemon, rootless or privileged, and the cache that builds share";
    const RULES: &'static [Rule] = lint::RULES;

    /// Builds delete nothing of the cache: a lifecycle of the bucket may, later than `touchRefresh`.
    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        let claims = self.consumer().claims(&self.kept(offers));
        claims
            .into_iter()
            .map(|claim| match claim {
                Claim::Access(access) => Claim::Access(Access { permissions: Permissions::ReadWrite, ..access }),
                other @ Claim::Bucket(_) => other,
            })
            .collect()
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let mut all = self.consumer().secrets(&self.kept(&context.offers));
        all.extend(self.spec.tls_secret_name.as_ref().map(|name| {
            let holds = |words: &str| Holds::Somebody(Traced::literal(words.to_owned()));
            NeededSecret {
                namespace: self.metadata.namespace(),
                name: name.map(ToString::to_string),
                keys: vec![
                    ("tls.crt".into(), holds("the certificate of the daemon, in PEM")),
                    ("tls.key".into(), holds("its key, in PEM")),
                    ("ca.crt".into(), holds("the certificate of whoever signed those of the clients, in PEM")),
                ],
                purpose: text!("the daemon of BuildKit `{}`", self.metadata.name()),
                of_store: false,
                app: self.metadata.app_id(""),
                claimant: self.kind.origin().and(name.origin()),
            }
        }));
        all
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let kept = self.kept(&context.offers);
        let trust = kept.trust(&self.metadata);
        let mut parts =
            vec![Part::from(daemon::stateful_set(self, &kept, trust.as_ref())), Part::from(daemon::service(self))];
        parts.extend(daemon::configuration(self).map(Part::from));
        parts.extend(cache::client_settings(self, &kept).into_iter().map(Part::from));
        parts.extend(trust.and_then(|trust| trust.object).map(Part::from));
        parts.extend(network::policy(self, &kept).part(&context.project.policies()));
        let buckets = kept.store.and_then(|store| Some(store.buckets_stage()?.because(kept.kind.origin())));
        vec![App { timeout: "10m", ..App::new(self.metadata.app_id(""), parts) }.after(buckets)]
    }
}

impl BuildKit {
    fn kept<'offers>(&self, offers: &'offers Offers) -> Kept<'offers> {
        let cache = &self.spec.cache;
        Kept::find(cache.kind.as_ref(), cache.store.as_ref(), self.kind.origin(), offers)
    }

    fn consumer(&self) -> Consumer<'_> {
        Consumer {
            what: "BuildKit",
            metadata: &self.metadata,
            pods: self.pod_labels(),
            credentials: &self.spec.cache.credentials,
            keys: [ACCESS_KEY, SECRET_KEY],
            buckets: vec![self.bucket()],
            manages: self.needed().into_iter().collect(),
        }
    }

    /// Returns the layers that builds use. They are stored anew after `touchRefresh`, by the next build after that.
    fn needed(&self) -> Option<Managed> {
        let refresh = self.spec.cache.touch_refresh.clone();
        let refresh = refresh.unwrap_or_else(|| Traced::literal(Duration::parse("24h").expect("a fixed duration")));
        let layers =
            Managed::all(self.bucket(), Some(refresh), "layers, which builds store anew after `touchRefresh`")?;
        // A build every day finds them.
        Some(Managed { days: layers.days.map(|days| days.map(|days| days.saturating_add(1))), ..layers })
    }

    fn bucket(&self) -> Option<Traced<BucketName>> {
        bucket(self.spec.cache.bucket.as_ref(), &self.metadata, "cache")
    }

    fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("buildkit".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.metadata.name()),
        ])
    }
}
