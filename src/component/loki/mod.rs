//! `Loki`: logs, made by the chart of the Grafana community, in a store that somebody offers or on volumes.

mod declaration;
mod lint;
mod monitor;
mod network;
#[cfg(test)]
mod tests;
mod values;
mod versions;

pub(super) use declaration::Loki;

use std::collections::BTreeMap;

use super::{
    App, Chart, ChartSource, Claim, Component, Consumer, Context, Kept, Managed, NeededSecret, Offers, Part, Purpose,
    Switch, Switches, bucket,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::BucketName;
use crate::project;
use crate::value::{Origin, Traced, Value, manifest};

/// The key of the Secret, and the variable of the pods, with the access key.
const ACCESS_KEY: &str = "LOKI_S3_ACCESS_KEY";
/// The key of the Secret, and the variable of the pods, with the secret key.
const SECRET_KEY: &str = "LOKI_S3_SECRET_KEY";

impl Component for Loki {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "Loki";
    const ABOUT: &'static str = "logs: the chart with its values, and its claims for buckets, user and network flow";
    const RULES: &'static [Rule] = lint::RULES;
    const SWITCHES: &'static [Switch] = &[
        Switch::new("loki_enabled", "false", "logs, in a Loki named `loki` in namespace `monitoring`"),
        Switch::new("logs_retention", "7d", "how long logs are kept"),
        Switch::new("logs_storage_size", "50Gi, or 10Gi with a store", "size of each volume"),
        Switch::new("loki_deployment_mode", "Monolithic", "how Loki is split into pods"),
        Switch::new("loki_s3_access_key", "loki", "the access key for the store"),
        Switch::secret("loki_s3_secret_key", "made up, where the tree holds Secrets; else never used"),
        Switch::new("storage_class", "the cluster's default", "storage class of all volumes"),
        Switch::new("monitoring_enabled", "false", "monitors for Prometheus"),
    ];

    fn implied(switches: &Switches<'_>) -> Option<Value> {
        let enabled = switches.is_on("loki_enabled");
        enabled.get().then(|| {
            manifest!({
                apiVersion: Self::API_VERSION, kind: enabled.map(|_| Self::KIND),
                metadata: { name: "loki", namespace: "monitoring" },
                spec: {
                    deploymentMode: switches.get("loki_deployment_mode"),
                    retention: switches.get("logs_retention"),
                    size: switches.get("logs_storage_size"),
                    storageClassName: switches.get("storage_class"),
                    storage: { credentials: {
                        accessKey: switches.get("loki_s3_access_key"),
                        secretKey: switches.get("loki_s3_secret_key"),
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
        self.consumer().secrets(&self.kept(&context.offers))
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let kept = self.kept(&context.offers);
        let trust = kept.trust(&self.metadata);
        let chart = Chart {
            release: self.metadata.name(),
            namespace: self.metadata.namespace(),
            source: ChartSource::Oci(versions::CHART_REPOSITORY.to_owned()),
            name: versions::CHART,
            version: self.spec.chart_version(),
            values: values::values(self, &kept, trust.as_ref(), &context.project),
            keep: false,
        };
        let mut parts: Vec<_> = trust.and_then(|trust| trust.object).map(Part::from).into_iter().collect();
        parts.push(Part::Chart(chart));
        parts.extend(network::policy(self, &kept).and_then(|policy| policy.part(&context.project.policies())));
        let loki = App { timeout: "15m", ..App::new(self.metadata.app_id(""), parts) }
            .after_buckets(kept.store, kept.kind.origin());
        std::iter::once(loki).chain(monitor::app(self)).collect()
    }
}

impl Loki {
    fn kept<'offers>(&self, offers: &'offers Offers) -> Kept<'offers> {
        let storage = &self.spec.storage;
        Kept::find(storage.kind.as_ref(), storage.store.as_ref(), &self.origin(), offers)
    }

    fn consumer(&self) -> Consumer<'_> {
        Consumer {
            what: "Loki",
            metadata: &self.metadata,
            pods: self.labels(),
            credentials: &self.spec.storage.credentials,
            keys: [ACCESS_KEY, SECRET_KEY],
            buckets: vec![self.chunks_bucket(), self.ruler_bucket()],
            manages: self.managed(),
        }
    }

    /// Returns what it deletes itself: logs and their index when they are older than the retention, and rules never.
    fn managed(&self) -> Vec<Managed> {
        let retention = Some(self.spec.retention()).filter(|kept| kept.get().seconds() > 0);
        let chunks = Managed::all(self.chunks_bucket(), retention, "logs and their index");
        chunks.into_iter().chain(Managed::all(self.ruler_bucket(), None, "rules")).collect()
    }

    /// Returns the labels that the chart puts on every pod and Service of the release.
    fn labels(&self) -> BTreeMap<String, Traced<String>> {
        ["app.kubernetes.io/name", "app.kubernetes.io/instance"]
            .map(|key| (key.to_owned(), self.metadata.name()))
            .into()
    }

    /// Returns the bucket for logs, unless the default for this name is no name of a bucket.
    fn chunks_bucket(&self) -> Option<Traced<BucketName>> {
        bucket(self.spec.storage.buckets.chunks.as_ref(), &self.metadata, "chunks")
    }

    /// Returns the bucket for rules, unless the default for this name is no name of a bucket.
    fn ruler_bucket(&self) -> Option<Traced<BucketName>> {
        bucket(self.spec.storage.buckets.ruler.as_ref(), &self.metadata, "ruler")
    }

    /// Returns where the declaration stands.
    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
