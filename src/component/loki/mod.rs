//! `Loki`: logs, made by the chart of the Grafana community, in a store that somebody offers or on volumes.

mod declaration;
mod lint;
mod monitor;
mod network;
mod storage;
#[cfg(test)]
mod tests;
mod values;
mod versions;

pub(super) use declaration::Loki;

use std::collections::BTreeMap;

use super::{
    Access, App, Chart, ChartSource, Claim, Component, Context, Credential, Holds, NeededSecret, Offers, Part,
    Permissions, Pods, Purpose, Switch, Switches,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project;
use crate::value::{Origin, Traced, Value, manifest, text};

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
        Switch::new("loki_s3_access_key", "loki", "the access key for the store, for SECRETS.md"),
        Switch::secret("loki_s3_secret_key", "never used: somebody makes the Secret"),
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
        let found = storage::find(self, offers);
        if !found.is_s3() {
            return Vec::new();
        }
        vec![Claim::Access(Access {
            store: self.spec.storage.store.clone(),
            user: self.metadata.name(),
            buckets: self.chunks_bucket().into_iter().chain(self.ruler_bucket()).collect(),
            permissions: Permissions::ReadWriteDelete,
            credential: self.credential(&found),
            namespace: self.metadata.namespace(),
            pods: Some(Pods { namespace: self.metadata.namespace(), labels: self.labels() }),
            claimant: found.claimant(self),
        })]
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let found = storage::find(self, &context.offers);
        if !found.is_s3() {
            return Vec::new();
        }
        let credential = self.credential(&found);
        vec![NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.credentials_secret_name(),
            keys: vec![
                (ACCESS_KEY.into(), Holds::access_key(&credential)),
                (SECRET_KEY.into(), Holds::secret_key(&credential)),
            ],
            purpose: text!("Loki `{}` in its store", self.metadata.name()),
            of_store: false,
            app: self.metadata.app_id(""),
            claimant: found.claimant(self),
        }]
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(self, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let found = storage::find(self, &context.offers);
        let chart = Chart {
            release: self.metadata.name(),
            namespace: self.metadata.namespace(),
            source: ChartSource::Oci(versions::CHART_REPOSITORY.to_owned()),
            name: versions::CHART,
            version: self.spec.chart_version(),
            values: values::values(self, &found),
            keep: false,
        };
        let mut parts = vec![Part::Chart(chart)];
        parts.extend(network::policy(self, &found).and_then(|policy| policy.part(&context.project.policies())));
        let loki = App { timeout: "15m", ..App::new(self.metadata.app_id(""), parts) }
            .after_buckets(found.store, found.kind.origin());
        std::iter::once(loki).chain(monitor::app(self)).collect()
    }
}

impl Loki {
    /// Returns the labels that the chart puts on every pod and Service of the release.
    fn labels(&self) -> BTreeMap<String, Traced<String>> {
        ["app.kubernetes.io/name", "app.kubernetes.io/instance"]
            .map(|key| (key.to_owned(), self.metadata.name()))
            .into()
    }

    fn credentials_secret_name(&self) -> Traced<String> {
        self.spec.storage.credentials.secret_name(text!("{}-s3-credentials", self.metadata.name()))
    }

    fn credential(&self, found: &storage::Found<'_>) -> Credential {
        self.spec.storage.credentials.credential(&self.metadata.name(), found.store)
    }

    /// Returns where the declaration stands.
    fn origin(&self) -> Origin {
        self.kind.origin().clone()
    }
}
