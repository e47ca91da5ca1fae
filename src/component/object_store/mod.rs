//! `ObjectStore`: a store that exists already.

mod declaration;
mod lint;

pub(super) use declaration::ObjectStore;

use declaration::Buckets;

use super::{App, BucketJob, CertificateAuthority, Component, Context, Holds, Maker, NeededSecret, Store, network};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Endpoint;
use crate::project;
use crate::value::{Origin, ToValue, Traced, text};

/// The host of AWS S3, whose buckets stand in the host of a URL.
const AWS: &str = "amazonaws.com";

impl Component for ObjectStore {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "ObjectStore";
    const ABOUT: &'static str = "an S3 store that somebody else runs: where it is, and who makes what is claimed in it";
    const RULES: &'static [Rule] = lint::RULES;
    const OFFERS_STORES: bool = true;

    fn offers(&self) -> Vec<Store> {
        vec![self.store()]
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let store = self.store();
        let job = self.bucket_job(&store, context);
        if !self.has_job() || !job.is_needed() {
            return Vec::new();
        }
        let may = match self.spec.buckets.get() {
            Buckets::S3 => "make buckets and set them up",
            _ => "make buckets, users and policies",
        };
        let words = format!(
            "two lines, `export MINIO_ROOT_USER=\"…\"` and `export MINIO_ROOT_PASSWORD=\"…\"`: keys that may {may}"
        );
        let root = NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.root_secret_name(),
            keys: vec![("config.env".into(), Holds::Somebody(self.spec.buckets.map(|_| words)))],
            purpose: text!("store `{}`", self.metadata.name()),
            of_store: true,
            app: BucketJob::stage(&store.name, &store.namespace),
            claimant: self.origin().and(self.spec.buckets.origin()),
        };
        std::iter::once(root).chain(job.secrets()).collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let store = self.store();
        let app = self.bucket_job(&store, context).app().filter(|_| self.has_job());
        // Nothing of the tree makes the store itself.
        app.map(|app| App { after: Vec::new(), id: app.id.because(self.spec.buckets.origin()), ..app })
            .into_iter()
            .collect()
    }
}

impl ObjectStore {
    fn store(&self) -> Store {
        let spec = &self.spec;
        let (host, port) = spec.endpoint.get().host_and_port();
        let tls = spec.endpoint.map(Endpoint::is_tls);
        let port_in_use = port.unwrap_or(if *tls.get() { 443 } else { 80 });
        let endpoint = (&spec.endpoint.map(|_| host.to_owned()), &spec.endpoint.map(|_| port_in_use));
        let target = network::reached(endpoint, spec.pods.as_ref(), &spec.addresses);
        let is_aws = host == AWS || host.ends_with(&format!(".{AWS}"));
        Store {
            name: self.metadata.name(),
            namespace: self.metadata.namespace(),
            host: spec.endpoint.map(|_| host.to_owned()),
            port: port.map(|port| spec.endpoint.map(|_| port)),
            authority: spec.certificate_authority.as_ref().and_then(CertificateAuthority::authority),
            region: spec.region.clone().unwrap_or_else(|| Traced::literal("us-east-1".to_owned())),
            path_style: spec.path_style.clone().unwrap_or_else(|| spec.endpoint.map(|_| !is_aws)),
            in_cluster: Traced::literal(spec.pods.is_some()),
            target,
            tls,
            event_targets: Vec::new(),
            maker: spec.buckets.map(|buckets| match buckets {
                Buckets::Somebody => Maker::Somebody,
                Buckets::Job => Maker::Everything(BucketJob::stage(&self.metadata.name(), &self.metadata.namespace())),
                Buckets::S3 => Maker::Buckets(BucketJob::stage(&self.metadata.name(), &self.metadata.namespace())),
            }),
            offered: self.origin(),
        }
    }

    fn has_job(&self) -> bool {
        *self.spec.buckets.get() != Buckets::Somebody
    }

    fn bucket_job<'store>(&self, store: &'store Store, context: &'store Context) -> BucketJob<'store> {
        BucketJob {
            store,
            labels: self.metadata.labels().to_value(),
            image: self.spec.client_image.as_ref().map(|image| image.map(ToString::to_string)),
            root_secret: self.root_secret_name(),
            after: self.metadata.app_id(""),
            accesses: context.accesses_to(store),
            buckets: context.buckets_of(store),
            policies: Vec::new(),
        }
    }

    fn root_secret_name(&self) -> Traced<String> {
        match &self.spec.root_secret_name {
            Some(name) => name.map(ToString::to_string),
            None => text!("{}-config", self.metadata.name()),
        }
    }

    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
