//! `MLflow`: a tracking server, with its database on a volume or with somebody, and its artifacts in a store.

mod declaration;
mod hosts;
mod lint;
mod monitor;
mod network;
mod server;
mod versions;

pub(super) use declaration::MLflow;

use std::collections::BTreeMap;

use super::{
    App, Backend, Claim, Component, Consumer, Context, Holds, Kept, Managed, NeededSecret, Offers, Part, Purpose,
    StoreKind, bucket,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::BucketName;
use crate::project;
use crate::value::{Origin, ToValue, Traced, text};

/// The port of the pods and of the Service: where clients of MLflow look for it.
const PORT: u16 = 5000;
/// The keys of the Secret, and the variables of the pods, with the keys for the store.
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";

impl Component for MLflow {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "MLflow";
    const ABOUT: &'static str =
        "a tracking server: Deployment, Service, volume or database, and its claims for bucket, user and network flow";
    const RULES: &'static [Rule] = lint::RULES;

    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        self.consumer().claims(&self.kept(offers))
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let of_database = self.spec.backend_store.database.as_ref().map(|database| {
            let words = "the URI of the database, `postgresql://USER:PASSWORD@HOST:5432/NAME`".to_owned();
            let key = database.key();
            NeededSecret {
                namespace: self.metadata.namespace(),
                name: database.secret_name.map(ToString::to_string),
                keys: vec![(key.get().clone().into(), Holds::Somebody(key.map(|_| words)))],
                purpose: text!("MLflow `{}` in its database", self.metadata.name()),
                of_store: false,
                app: self.metadata.app_id(""),
                claimant: self.origin().and(database.secret_name.origin()),
            }
        });
        self.consumer().secrets(&self.kept(&context.offers)).into_iter().chain(of_database).collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let kept = self.kept(&context.offers);
        let trust = kept.trust(&self.metadata);
        let mut parts = Vec::new();
        parts.extend(server::volume_claim(self).map(Part::kept));
        parts.extend(trust.as_ref().and_then(|trust| trust.object.clone()).map(Part::from));
        parts.push(server::deployment(self, &kept, trust.as_ref()).into());
        parts.push(server::service(self).into());
        parts.extend(network::policy(self, &kept).part(&context.project.policies()));
        let because = kept.claimant.and(&context.offers.decided());
        let server =
            App { timeout: "10m", ..App::new(self.metadata.app_id(""), parts) }.after_buckets(kept.store, &because);
        let exposed = self.spec.expose.as_ref().and_then(|expose| {
            let server = self.metadata.app_id("");
            expose.app(self.metadata.app_id("-exposed"), &self.backend(), server)
        });
        [server].into_iter().chain(exposed).chain(monitor::app(self)).collect()
    }
}

impl MLflow {
    /// Returns the store for artifacts; what is wrong with it is told where claims are answered.
    fn kept<'offers>(&self, offers: &'offers Offers) -> Kept<'offers> {
        let kind = Traced::literal(StoreKind::S3);
        Kept::find(Some(&kind), self.spec.storage.store.as_ref(), &self.origin(), offers)
    }

    fn consumer(&self) -> Consumer<'_> {
        Consumer {
            what: "MLflow",
            metadata: &self.metadata,
            pods: self.labels(),
            credentials: &self.spec.storage.credentials,
            keys: [ACCESS_KEY, SECRET_KEY],
            buckets: vec![self.bucket()],
            manages: Managed::all(self.bucket(), None, "artifacts, which its database refers to").into_iter().collect(),
        }
    }

    /// Returns the bucket, unless the default for this name is no name of a bucket.
    fn bucket(&self) -> Option<Traced<BucketName>> {
        bucket(self.spec.storage.bucket.as_ref(), &self.metadata, "artifacts")
    }

    /// Returns what stands behind an exposure.
    fn backend(&self) -> Backend<'_> {
        let (name, namespace) = (self.metadata.name(), self.metadata.namespace());
        Backend {
            host: text!("{}.{}.svc", name, namespace),
            service: name.clone(),
            name,
            namespace,
            labels: self.metadata.labels().to_value(),
            port: Traced::literal(PORT),
            port_name: Traced::literal("http".to_owned()),
            tls: Traced::literal(false),
            authority: None,
            trust: None,
            because: self.origin(),
        }
    }

    fn labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("mlflow".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.metadata.name()),
        ])
    }

    /// Returns where the declaration stands.
    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
