//! `Tempo`: traces, made by a chart of the Grafana community, in a store that somebody offers or on a volume.

mod declaration;
mod lint;
mod monitor;
mod network;
mod values;
mod versions;

pub(super) use declaration::Tempo;

use std::collections::BTreeMap;

use super::{
    App, Chart, ChartSource, Claim, Component, Consumer, Context, Holds, Kept, Managed, NeededSecret, Offers, Part,
    Purpose, Switch, Switches, bucket,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::BucketName;
use crate::project;
use crate::value::{Origin, Traced, Value, manifest, text};

/// The key of the Secret, and the variable of the pods, with the access key.
const ACCESS_KEY: &str = "TEMPO_S3_ACCESS_KEY";
/// The key of the Secret, and the variable of the pods, with the secret key.
const SECRET_KEY: &str = "TEMPO_S3_SECRET_KEY";
/// The same for Kafka.
const KAFKA_USERNAME: &str = "KAFKA_USERNAME";
/// The same for Kafka.
const KAFKA_PASSWORD: &str = "KAFKA_PASSWORD";

impl Component for Tempo {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "Tempo";
    const ABOUT: &'static str = "traces: the chart with its values, and its claims for a bucket, user and network flow";
    const RULES: &'static [Rule] = lint::RULES;
    const SWITCHES: &'static [Switch] = &[
        Switch::new("tracing_enabled", "false", "traces, in a Tempo named `tempo` in namespace `monitoring`"),
        Switch::new("tempo_storage_size", "50Gi, or 10Gi with a store", "size of its volume"),
        Switch::new("tempo_s3_access_key", "tempo", "the access key for the store"),
        Switch::secret("tempo_s3_secret_key", "made up, where the tree holds Secrets; else never used"),
        Switch::new("storage_class", "the cluster's default", "storage class of all volumes"),
        Switch::new("monitoring_enabled", "false", "monitors for Prometheus"),
    ];

    fn implied(switches: &Switches<'_>) -> Option<Value> {
        let enabled = switches.is_on("tracing_enabled");
        enabled.get().then(|| {
            manifest!({
                apiVersion: Self::API_VERSION, kind: enabled.map(|_| Self::KIND),
                metadata: { name: "tempo", namespace: "monitoring" },
                spec: {
                    size: switches.get("tempo_storage_size"),
                    storageClassName: switches.get("storage_class"),
                    storage: { credentials: {
                        accessKey: switches.get("tempo_s3_access_key"),
                        secretKey: switches.get("tempo_s3_secret_key"),
                    } },
                    monitoring: { enabled: switches.get("monitoring_enabled") },
                },
            })
        })
    }

    fn claims(&self, offers: &Offers, _: Purpose) -> Vec<Claim> {
        self.consumer().claims(&self.kept(offers))
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let mode = self.spec.mode();
        let kafka = self.spec.kafka.as_ref().filter(|_| mode.get().is_distributed());
        let kafka = kafka.and_then(|kafka| kafka.secret_name.as_ref()).map(|name| NeededSecret {
            namespace: self.metadata.namespace(),
            name: name.map(ToString::to_string),
            keys: vec![
                (KAFKA_USERNAME.into(), Holds::Somebody(Traced::literal("a user of the Kafka".to_owned()))),
                (KAFKA_PASSWORD.into(), Holds::Somebody(Traced::literal("the password of that user".to_owned()))),
            ],
            purpose: text!("Tempo `{}` in its Kafka", self.metadata.name()),
            of_store: false,
            app: self.metadata.app_id(""),
            claimant: name.origin().and(mode.origin()).and(&self.origin()),
        });
        self.consumer().secrets(&self.kept(&context.offers)).into_iter().chain(kafka).collect()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let kept = self.kept(&context.offers);
        let trust = kept.trust(&self.metadata);
        let mode = self.spec.mode();
        let chart = mode.get().chart();
        let chart = Chart {
            release: self.metadata.name(),
            namespace: self.metadata.namespace(),
            source: ChartSource::Oci(chart.repository.to_owned()),
            name: chart.name,
            version: self.spec.chart_version(),
            values: values::values(self, &kept, trust.as_ref(), &context.project),
            keep: false,
        };
        let mut parts: Vec<_> = trust.and_then(|trust| trust.object).map(Part::from).into_iter().collect();
        parts.push(Part::Chart(chart));
        parts.extend(network::policy(self, &kept).and_then(|policy| policy.part(&context.project.policies())));
        let tempo = App { timeout: "15m", ..App::new(self.metadata.app_id(""), parts) }
            .after_buckets(kept.store, kept.kind.origin());
        std::iter::once(tempo).chain(monitor::app(self)).collect()
    }
}

impl Tempo {
    fn kept<'offers>(&self, offers: &'offers Offers) -> Kept<'offers> {
        let storage = &self.spec.storage;
        Kept::find(storage.kind.as_ref(), storage.store.as_ref(), &self.origin(), offers)
    }

    fn consumer(&self) -> Consumer<'_> {
        Consumer {
            what: "Tempo",
            metadata: &self.metadata,
            pods: self.labels(),
            credentials: &self.spec.storage.credentials,
            keys: [ACCESS_KEY, SECRET_KEY],
            buckets: vec![self.bucket()],
            manages: Managed::all(self.bucket(), Some(self.spec.retention()), "traces").into_iter().collect(),
        }
    }

    /// Returns the labels that the chart puts on every pod and Service of the release.
    fn labels(&self) -> BTreeMap<String, Traced<String>> {
        let name = self.metadata.name();
        // The distributed chart has no value for its name that it would document.
        let of_chart = name
            .zip(&self.spec.mode(), |name, mode| if mode.is_distributed() { "tempo".to_owned() } else { name.clone() });
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), of_chart),
            ("app.kubernetes.io/instance".to_owned(), name),
        ])
    }

    /// Returns the bucket, unless the default for this name is no name of a bucket.
    fn bucket(&self) -> Option<Traced<BucketName>> {
        bucket(self.spec.storage.bucket.as_ref(), &self.metadata, "traces")
    }

    /// Returns where the declaration stands.
    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
