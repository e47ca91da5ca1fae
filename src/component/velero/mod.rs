//! `Velero`: backups of objects and volumes in a store, by the chart, with their location and schedules as objects.

mod backups;
mod declaration;
mod lint;
mod monitor;
mod values;
mod versions;

pub(super) use declaration::Velero;

use std::collections::BTreeMap;

use super::{
    Access, App, Chart, ChartSource, Claim, Component, Context, Credential, Flow, Holds, Managed, NeededSecret, Offers,
    Part, Permissions, Piece, Pods, Policy, Purpose, Store, Switch, Switches,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::BucketName;
use crate::project;
use crate::value::{Origin, ToValue, Traced, Value, manifest, text};

/// The key of the Secret with the credentials, as an INI file.
const SECRET_KEY: &str = "cloud";

impl Component for Velero {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "Velero";
    const ABOUT: &'static str = "backups: the chart, the plugin for S3, their location in a store, and schedules";
    const RULES: &'static [Rule] = lint::RULES;
    const SWITCHES: &'static [Switch] = &[
        Switch::new("backups_enabled", "false", "backups, by a Velero named `velero` in namespace `velero`"),
        Switch::new("monitoring_enabled", "false", "monitors for Prometheus"),
    ];

    fn implied(switches: &Switches<'_>) -> Option<Value> {
        let enabled = switches.is_on("backups_enabled");
        enabled.get().then(|| {
            manifest!({
                apiVersion: Self::API_VERSION, kind: enabled.map(|_| Self::KIND),
                metadata: { name: "velero", namespace: "velero" },
                spec: { monitoring: { enabled: switches.get("monitoring_enabled") } },
            })
        })
    }

    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        vec![Claim::Access(Access {
            store: self.spec.storage.store.clone(),
            user: self.metadata.name(),
            buckets: self.bucket().into_iter().collect(),
            permissions: Permissions::ReadWriteDeleteParts,
            credential: self.credential(offers),
            namespace: self.metadata.namespace(),
            // Its Jobs move data, too, and carry labels of their own.
            pods: Some(Pods { namespace: self.metadata.namespace(), labels: BTreeMap::new() }),
            // What one backup holds, the next ones refer to.
            manages: Managed::all(self.bucket(), None, "backups, which share what did not change")
                .into_iter()
                .collect(),
            claimant: self.claimant(),
        })]
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        vec![NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.secret_name(),
            keys: vec![(SECRET_KEY.into(), profile(&self.credential(&context.offers)))],
            purpose: text!("Velero `{}` in its store", self.metadata.name()),
            of_store: false,
            app: self.metadata.app_id(""),
            claimant: self.claimant(),
        }]
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let store = self.store(&context.offers);
        let trust = store.and_then(|store| store.trust(&self.metadata.name(), &self.metadata.namespace()));
        let chart = Chart {
            release: self.metadata.name(),
            namespace: self.metadata.namespace(),
            source: ChartSource::Http(versions::CHART_REPOSITORY.to_owned()),
            name: versions::CHART,
            version: self.chart_version(),
            values: values::values(self, trust.as_ref().map(|trust| &trust.volume)),
            keep: false,
        };
        let mut parts = vec![Part::Chart(chart)];
        parts.extend(trust.and_then(|trust| trust.object).map(Part::from));
        parts.extend(store.and_then(|store| self.policy(store).part(&context.project.policies())));
        let velero = App { timeout: "10m", ..App::new(self.metadata.app_id(""), parts) };
        let velero = velero.after_buckets(store, &context.offers.decided());
        std::iter::once(velero).chain(backups::app(self, store)).chain(monitor::app(self)).collect()
    }
}

/// Returns what a Secret holds that the AWS SDK reads as a profile.
fn profile(credential: &Credential) -> Holds {
    let text = |text: &str| Piece::Text(Traced::literal(text.to_owned()));
    Holds::Made(vec![
        text("[default]\naws_access_key_id="),
        Piece::AccessKey(credential.clone()),
        text("\naws_secret_access_key="),
        Piece::SecretKey(credential.clone()),
        text("\n"),
    ])
}

impl Velero {
    fn store<'offers>(&self, offers: &'offers Offers) -> Option<&'offers Store> {
        offers.store(self.spec.storage.store.as_ref())
    }

    /// Returns the bucket, unless the default for this name is no name of a bucket.
    fn bucket(&self) -> Option<Traced<BucketName>> {
        if let Some(bucket) = &self.spec.storage.bucket {
            return Some(bucket.clone());
        }
        let name = self.metadata.name();
        let bucket = BucketName::parse(&format!("{name}-backups")).ok()?;
        Some(name.map(|_| bucket))
    }

    fn credential(&self, offers: &Offers) -> Credential {
        self.spec.storage.credentials.credential(&self.metadata.name(), self.store(offers))
    }

    fn secret_name(&self) -> Traced<String> {
        self.spec.storage.credentials.secret_name(text!("{}-s3-credentials", self.metadata.name()))
    }

    fn chart_version(&self) -> Traced<String> {
        let default = || Traced::literal(versions::CHART_VERSION.to_owned());
        self.spec.chart_version.clone().unwrap_or_else(default)
    }

    /// Returns the labels of the server and of the agents.
    /// Source: the chart's `templates/{deployment,node-agent-daemonset}.yaml`.
    fn labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("velero".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.metadata.name()),
        ])
    }

    /// The server and the agents read and write objects of the whole cluster.
    fn policy(&self, store: &Store) -> Policy {
        Policy {
            name: text!("{}-egress", self.metadata.name()),
            namespace: self.metadata.namespace(),
            labels: self.metadata.labels().to_value(),
            pods: self.labels(),
            ingress: None,
            egress: Some(vec![
                Flow::dns(),
                Flow::api_server(),
                Flow::to(&store.target).because(&self.claimant()).because(&store.offered),
            ]),
            because: self.claimant().and(&store.offered),
        }
    }

    fn claimant(&self) -> Origin {
        let named = self.spec.storage.store.as_ref().map(Traced::origin).cloned().unwrap_or_default();
        named.and(self.kind.origin())
    }
}
