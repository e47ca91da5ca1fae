//! The Tenant, and what the operator does not make for it: a disruption budget and a network policy.

use super::declaration::Pool;
use super::expose::Side;
use super::{MinIO, network, operator, server};
use crate::component::{App, BucketJob, Health, Part};
use crate::project::Policies;
use crate::value::{Origin, ToValue, Traced, Value, manifest};

/// A Tenant has no conditions, so that Flux would call it ready at once.
const TENANT_HEALTH: Health = Health {
    api_version: "minio.min.io/v2",
    kind: "Tenant",
    current: "has(status.currentState) && status.currentState == 'Initialized' && has(status.healthStatus) && status.healthStatus == 'green'",
    in_progress: "!has(status.currentState) || status.currentState != 'Initialized' || !has(status.healthStatus) || status.healthStatus != 'green'",
    failed: "has(status.currentState) && status.currentState in ['Another MinIO Tenant already exists in the namespace', 'Different versions across MinIO Tenant Pools', 'Pool Decommissioning Not Allowed', 'Statefulset not controlled by operator', 'Tenant credentials are not set properly']",
    // Argo CD knows it: `resource_customizations/minio.min.io/Tenant/health.lua`.
    lua: None,
};

/// Returns the app of the Tenant.
pub(super) fn app(minio: &MinIO, job: &BucketJob<'_>, policies: &Policies) -> App {
    let mode = minio.spec.mode.origin();
    let mut parts = vec![Part::kept(tenant(minio).because(mode))];
    parts.extend(minio.trust_object(job.store).map(Part::from));
    // A single server cannot be spared: a budget would only keep its node from being drained.
    let several = minio.spec.servers().map(|&servers| servers > 1).because(mode);
    parts.extend(several.then(|| disruption_budget(minio)).and_then(|budget| budget.to_value()).map(Part::from));
    parts.extend(network::store_policy(minio, job).part(policies));
    let install = operator::is_installed(minio);
    App { health: vec![TENANT_HEALTH], timeout: "15m", ..App::new(minio.metadata.app_id("").because(mode), parts) }
        .ordered_by(install.origin())
        .after(install.then(|| operator::app_id(minio)).map(|id| id.get().clone().because(install.origin())))
        .after(minio.certificate_app().map(|app| app.id))
}

fn tenant(minio: &MinIO) -> Value {
    let spec = &minio.spec;
    let pools: Vec<_> = spec.pools().iter().enumerate().map(|(index, pool)| self::pool(minio, pool, index)).collect();
    let environment = minio.environment();
    // Whoever decides one of them decides that there is a list.
    let because = Origin::merged(environment.iter().map(|variable| &variable.origin));
    let environment = (!environment.is_empty()).then(|| manifest!([..environment]).because(&because));
    manifest!({
        apiVersion: "minio.min.io/v2", kind: "Tenant",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: {
            image: minio.image(),
            imagePullPolicy: "IfNotPresent",
            configuration: { name: minio.root_secret_name() },
            env: environment,
            pools: pools,
            // Unset means true, and then every client needs the cluster's CA.
            requestAutoCert: spec.tls.is_auto(),
            certConfig: cert_config(minio),
            externalCertSecret: minio.external_certificate(),
            exposeServices: expose_services(minio),
            features: features(minio),
            serviceMetadata: {
                minioServiceLabels: minio.service_labels(),
                minioServiceAnnotations: spec.expose.annotations(Side::S3),
                consoleServiceAnnotations: spec.expose.annotations(Side::Console),
            },
        },
    })
}

/// The names that the operator puts into the certificate beside those that it knows.
fn cert_config(minio: &MinIO) -> Option<Value> {
    let hosts = minio.further_hosts();
    let auto = minio.spec.tls.is_auto();
    (*auto.get() && !hosts.is_empty()).then(|| manifest!({ dnsNames: hosts }).because(auto.origin()))
}

fn expose_services(minio: &MinIO) -> Option<Value> {
    let balancer = minio.spec.expose.load_balancer.as_ref()?;
    Some(manifest!({ minio: balancer.s3, console: balancer.console }))
}

fn features(minio: &MinIO) -> Option<Value> {
    let domains = minio.domain_urls();
    let console = minio.console_url();
    let any = console.is_some() || !domains.is_empty();
    let domains = (!domains.is_empty()).then_some(domains);
    any.then(|| manifest!({ domains: { minio: domains, console: console } }))
}

fn pool(minio: &MinIO, pool: &Pool, index: usize) -> Value {
    manifest!({
        name: pool.name(index),
        servers: pool.servers(),
        volumesPerServer: pool.volumes_per_server(),
        // The operator builds the claims' names from the one here, and does not default it.
        volumeClaimTemplate: pool.claim(&Traced::literal("data".to_owned())),
        resources: pool.resources(),
        affinity: pool.affinity(minio),
        nodeSelector: pool.node_selector,
        tolerations: pool.tolerations,
        topologySpreadConstraints: pool.topology_spread_constraints,
        securityContext: server::pod_security(),
        containerSecurityContext: server::container_security(),
    })
}

fn disruption_budget(minio: &MinIO) -> Value {
    manifest!({
        apiVersion: "policy/v1", kind: "PodDisruptionBudget",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: { maxUnavailable: 1i64, selector: { matchLabels: minio.pod_labels() } },
    })
}
