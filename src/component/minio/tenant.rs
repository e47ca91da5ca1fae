//! The Tenant, and what the operator does not make for it: a disruption budget and a network policy.

use super::declaration::Pool;
use super::expose::Side;
use super::{MinIO, events, network, operator, versions};
use crate::component::{App, BucketJob, Health, Part};
use crate::kube::Image;
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
    let mut parts = vec![Part::kept(tenant(minio))];
    parts.extend(minio.trust_object(job.store).map(Part::from));
    // A single server cannot be spared: a budget would only keep its node from being drained.
    let several = minio.spec.servers().map(|&servers| servers > 1);
    parts.extend(several.then(|| disruption_budget(minio)).and_then(|budget| budget.to_value()).map(Part::from));
    parts.extend(network::store_policy(minio, job).part(policies));
    let install = minio.spec.operator.install.clone().unwrap_or_else(|| Traced::literal(true));
    App { health: vec![TENANT_HEALTH], timeout: "15m", ..App::new(minio.metadata.app_id(""), parts) }
        .ordered_by(install.origin())
        .after(install.then(|| operator::app_id(minio)).map(|id| id.get().clone().because(install.origin())))
        .after(minio.certificate_app().map(|app| app.id))
}

fn tenant(minio: &MinIO) -> Value {
    let spec = &minio.spec;
    let image = spec
        .image
        .as_ref()
        .map_or_else(|| Traced::literal(versions::SERVER_IMAGE.to_owned()), |image| image.map(Image::to_string));
    let pools: Vec<_> = spec.pools().iter().enumerate().map(|(index, pool)| self::pool(minio, pool, index)).collect();
    // Prometheus would otherwise need a token that only `mc` can make; the network policy lets nobody else in.
    let public_metrics =
        spec.monitoring.enabled().then(|| manifest!({ name: "MINIO_PROMETHEUS_AUTH_TYPE", value: "public" }));
    // The server reads the durations of Go, which has no days.
    let stale_uploads = spec.stale_uploads.as_ref().map(|time| {
        manifest!({ name: "MINIO_API_STALE_UPLOADS_EXPIRY", value: time.map(|time| format!("{}s", time.seconds())) })
            .because(time.origin())
    });
    let env = manifest!([public_metrics, stale_uploads, ..events::variables(minio)]);
    // Whoever decides one of them decides that there is a list.
    let because = Origin::merged(env.as_list().into_iter().flatten().map(|one| &one.origin));
    let env = Some(env.because(&because)).filter(|env| env.as_list().is_some_and(|list| !list.is_empty()));
    manifest!({
        apiVersion: "minio.min.io/v2", kind: "Tenant",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: {
            image: image,
            imagePullPolicy: "IfNotPresent",
            configuration: { name: minio.root_secret_name() },
            env: env,
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
    let resources = if let Some(resources) = &pool.resources {
        resources.value().clone()
    } else {
        manifest!({ requests: { cpu: "250m", memory: "1Gi" }, limits: { memory: "2Gi" } })
    };
    let affinity = if let Some(affinity) = &pool.affinity {
        affinity.value().clone()
    } else {
        manifest!({ podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{
        weight: 100i64,
        podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: minio.pod_labels() } },
    }] } })
    };
    manifest!({
        name: pool.name(index),
        servers: pool.servers(),
        volumesPerServer: pool.volumes_per_server(),
        volumeClaimTemplate: {
            // The operator builds the claims' names from this one, and does not default it.
            metadata: { name: "data" },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: pool.storage_class_name,
                resources: { requests: { storage: pool.size() } },
            },
        },
        resources: resources,
        affinity: affinity,
        nodeSelector: pool.node_selector,
        tolerations: pool.tolerations,
        topologySpreadConstraints: pool.topology_spread_constraints,
        // Both contexts: without them a namespace that enforces `restricted` refuses the pods.
        securityContext: {
            runAsUser: 1000i64, runAsGroup: 1000i64, fsGroup: 1000i64, runAsNonRoot: true,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
        },
        containerSecurityContext: {
            runAsUser: 1000i64, runAsGroup: 1000i64, runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            seccompProfile: { type: "RuntimeDefault" },
        },
    })
}

fn disruption_budget(minio: &MinIO) -> Value {
    manifest!({
        apiVersion: "policy/v1", kind: "PodDisruptionBudget",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: { maxUnavailable: 1i64, selector: { matchLabels: minio.pod_labels() } },
    })
}
