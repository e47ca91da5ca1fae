//! One server without the operator: a StatefulSet with its volumes and Services.

use super::expose::Side;
use super::{MinIO, POD_PORT, network, server};
use crate::component::{App, BucketJob, Part};
use crate::project::Policies;
use crate::value::{Traced, Value, manifest, text};

/// Where the server looks for its certificate.
const CERTIFICATES: &str = "/certs";
/// Where the Secret with the root credentials is mounted, which the Job of buckets reads, too.
const CONFIGURATION: &str = "/config";

/// Returns the app of the server. It is one: a disruption budget would only keep its node from being drained.
pub(super) fn app(minio: &MinIO, job: &BucketJob<'_>, policies: &Policies) -> App {
    let mode = minio.spec.mode.origin();
    let objects = [stateful_set(minio), service(minio, Side::S3), service(minio, Side::Console), headless(minio)];
    let mut parts: Vec<_> = objects.into_iter().map(|object| Part::from(object.because(mode))).collect();
    parts.extend(minio.trust_object(job.store).map(Part::from));
    parts.extend(network::store_policy(minio, job).part(policies));
    App { timeout: "10m", ..App::new(minio.metadata.app_id("").because(mode), parts) }
        .ordered_by(mode)
        .after(minio.certificate_app().map(|app| app.id))
}

fn headless_name(minio: &MinIO) -> Traced<String> {
    text!("{}-hl", minio.metadata.name())
}

fn stateful_set(minio: &MinIO) -> Value {
    let spec = &minio.spec;
    let pool = spec.pools().into_iter().next().expect("there is a pool, by default at least");
    let drives = drives(&pool.volumes_per_server());
    let claims: Vec<_> = drives.iter().map(|drive| pool.claim(drive).because(drive.origin())).collect();
    let drive_mounts: Vec<_> = drives
        .iter()
        .map(|drive| manifest!({ name: drive, mountPath: text!("/{}", drive) }).because(drive.origin()))
        .collect();
    let scheme = spec.tls.is_on().map(|&tls| if tls { "HTTPS" } else { "HTTP" });
    let probe = |path: &'static str| manifest!({ path: path, port: i64::from(POD_PORT), scheme: scheme });
    let mut environment = vec![
        // The server reads the very lines that the Job of buckets reads.
        manifest!({ name: "MINIO_CONFIG_ENV_FILE", value: format!("{CONFIGURATION}/config.env") }),
    ];
    environment.extend(minio.environment());
    environment.extend(domains(minio));
    let labels = minio.pod_labels();
    manifest!({
        apiVersion: "apps/v1", kind: "StatefulSet",
        metadata: { name: minio.metadata.name(), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: {
            replicas: 1i64,
            serviceName: headless_name(minio),
            selector: { matchLabels: labels },
            template: {
                metadata: { labels: { ..minio.metadata.labels(), ..labels } },
                spec: {
                    automountServiceAccountToken: false,
                    // A Service called `minio` would set variables that begin as the server's own do.
                    enableServiceLinks: false,
                    securityContext: server::pod_security(),
                    affinity: pool.affinity,
                    nodeSelector: pool.node_selector,
                    tolerations: pool.tolerations,
                    topologySpreadConstraints: pool.topology_spread_constraints,
                    containers: [{
                        name: "minio",
                        image: minio.image(),
                        imagePullPolicy: "IfNotPresent",
                        args: [
                            "server", "--certs-dir", CERTIFICATES,
                            "--address", format!(":{POD_PORT}"),
                            "--console-address", text!(":{}", minio.console_port()),
                            arguments(&pool.volumes_per_server()),
                        ],
                        env: environment,
                        ports: [
                            { name: minio.port_name(), containerPort: i64::from(POD_PORT) },
                            { name: minio.console_port_name(), containerPort: minio.console_port() },
                        ],
                        // A server with many objects looks through its drives before it answers.
                        startupProbe: { httpGet: probe("/minio/health/live"), periodSeconds: 5i64, failureThreshold: 60i64 },
                        livenessProbe: { httpGet: probe("/minio/health/live"), periodSeconds: 20i64, timeoutSeconds: 5i64 },
                        readinessProbe: { httpGet: probe("/minio/health/ready"), periodSeconds: 10i64, timeoutSeconds: 5i64 },
                        resources: pool.resources(),
                        securityContext: { ..server::container_security(), readOnlyRootFilesystem: true },
                        volumeMounts: [
                            ..drive_mounts,
                            { name: "config", mountPath: CONFIGURATION, readOnly: true },
                            { name: "certs", mountPath: CERTIFICATES },
                            { name: "tmp", mountPath: "/tmp" },
                        ],
                    }],
                    volumes: [
                        {
                            name: "config",
                            secret: { secretName: minio.root_secret_name(), items: [{ key: "config.env", path: "config.env" }] },
                        },
                        { name: "certs", ..certificates(minio) },
                        { name: "tmp", emptyDir: {} },
                    ],
                },
            },
            volumeClaimTemplates: claims,
        },
    })
}

/// Returns the names of the volumes.
fn drives(count: &Traced<i64>) -> Vec<Traced<String>> {
    if *count.get() == 1 {
        return vec![count.map(|_| "data".to_owned())];
    }
    (0..*count.get()).map(|index| count.map(|_| format!("data{index}"))).collect()
}

/// Returns where the volumes are, in the server's own short form.
fn arguments(count: &Traced<i64>) -> Traced<String> {
    count.map(|&count| if count == 1 { "/data".to_owned() } else { format!("/data{{0...{}}}", count - 1) })
}

/// The source of the volume with the certificate, under the names that the server looks for; without one it makes folders
/// there. It trusts the certificate itself where no authority comes with it, since it calls itself by its own name.
fn certificates(minio: &MinIO) -> Value {
    let own = minio.spec.tls.is_own();
    if !own.get() {
        return manifest!({ emptyDir: {} }).because(own.origin());
    }
    let kind = minio.spec.tls.secret_type();
    let (certificate, key) = kind.get().keys();
    let item = |key: &'static str, path: &'static str| manifest!({ key: key, path: path }).because(kind.origin());
    let items =
        [item(certificate, "public.crt"), item(key, "private.key"), item(kind.get().authority_key(), "CAs/public.crt")];
    manifest!({ secret: { secretName: minio.certificate_secret_name(), items: items.to_vec() } }).because(own.origin())
}

/// The variables that the operator makes of domains.
fn domains(minio: &MinIO) -> Vec<Value> {
    let variable = |name: &'static str, value: Traced<String>| manifest!({ name: name, value: value });
    let mut variables = Vec::new();
    if let Some(first) = minio.domain_urls().into_iter().next() {
        let domains = &minio.spec.domains;
        let all = domains.iter().skip(1).fold(text!("{}", domains[0]), |all, domain| text!("{},{}", all, domain));
        variables.push(variable("MINIO_DOMAIN", all));
        variables.push(variable("MINIO_SERVER_URL", first));
    }
    variables.extend(minio.console_url().map(|url| variable("MINIO_BROWSER_REDIRECT_URL", url)));
    variables
}

/// The Service of one side, a load balancer where that is wanted. Monitors find that of S3 by its labels.
fn service(minio: &MinIO, side: Side) -> Value {
    let (name, port, port_name, target) = match side {
        Side::S3 => (minio.service(), minio.s3_port(), minio.port_name(), Traced::literal(POD_PORT)),
        Side::Console => {
            (minio.console_service(), minio.console_port(), minio.console_port_name(), minio.console_port())
        }
    };
    let balancer = minio.spec.expose.load_balancer.as_ref();
    let on = balancer.map(|balancer| balancer.is_on(side));
    let kind = on.map(|on| on.map(|&on| if on { "LoadBalancer" } else { "ClusterIP" }));
    let own = (side == Side::S3).then(|| minio.service_labels());
    let labels = manifest!({ ..minio.metadata.labels(), ..own });
    let any = labels.as_map().is_some_and(|labels| !labels.is_empty());
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: {
            name: name, namespace: minio.metadata.namespace(),
            labels: any.then_some(labels),
            annotations: minio.spec.expose.annotations(side),
        },
        spec: {
            type: kind,
            loadBalancerSourceRanges: minio.spec.expose.source_ranges(side),
            selector: minio.pod_labels(),
            ports: [{ name: port_name, port: port, targetPort: target }],
        },
    })
}

/// The Service that a StatefulSet must have: it gives the pod its name.
fn headless(minio: &MinIO) -> Value {
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: { name: headless_name(minio), namespace: minio.metadata.namespace(), labels: minio.metadata.labels() },
        spec: {
            clusterIP: "None",
            publishNotReadyAddresses: true,
            selector: minio.pod_labels(),
            ports: [{ name: minio.port_name(), port: i64::from(POD_PORT), targetPort: i64::from(POD_PORT) }],
        },
    })
}
