//! The objects of the server: its pods, what they keep, and the name that they are reached by.

use super::hosts::{self, POD_IP};
use super::{ACCESS_KEY, MLflow, PORT, SECRET_KEY};
use crate::component::{Kept, Trust};
use crate::value::{Traced, Value, manifest, text};

/// Where the volume with the database is mounted.
const DATA: &str = "/var/lib/mlflow";
/// The user of the process: the image has none but root.
const USER: i64 = 10_001;

/// Returns the claim for the volume with the database, unless somebody runs one.
pub(super) fn volume_claim(mlflow: &MLflow) -> Option<Value> {
    let backend = &mlflow.spec.backend_store;
    backend.database.is_none().then(|| {
        let sqlite = backend.sqlite.clone().unwrap_or_default();
        manifest!({
            apiVersion: "v1", kind: "PersistentVolumeClaim",
            metadata: {
                name: volume_name(mlflow), namespace: mlflow.metadata.namespace(), labels: mlflow.metadata.labels(),
            },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: sqlite.storage_class_name,
                resources: { requests: { storage: sqlite.size() } },
            },
        })
    })
}

fn volume_name(mlflow: &MLflow) -> Traced<String> {
    text!("{}-data", mlflow.metadata.name())
}

pub(super) fn deployment(mlflow: &MLflow, kept: &Kept<'_>, trust: Option<&Trust>) -> Value {
    let spec = &mlflow.spec;
    let on_volume = spec.backend_store.database.is_none();
    // A new pod could not have the volume, or would write to the same file.
    let strategy = if on_volume { "Recreate" } else { "RollingUpdate" };
    let data_mount = on_volume.then(|| manifest!({ name: "data", mountPath: DATA }));
    let data =
        on_volume.then(|| manifest!({ name: "data", persistentVolumeClaim: { claimName: volume_name(mlflow) } }));
    let probe = |period: i64, failures: i64| {
        manifest!({
            httpGet: { path: "/health", port: "http" },
            periodSeconds: period, timeoutSeconds: 5i64, failureThreshold: failures,
        })
    };
    manifest!({
        apiVersion: "apps/v1", kind: "Deployment",
        metadata: {
            name: mlflow.metadata.name(), namespace: mlflow.metadata.namespace(),
            labels: { ..mlflow.metadata.labels(), ..mlflow.labels() },
        },
        spec: {
            replicas: spec.replicas(),
            strategy: { type: strategy },
            selector: { matchLabels: mlflow.labels() },
            template: {
                metadata: { labels: mlflow.labels() },
                spec: {
                    automountServiceAccountToken: false,
                    // The variables of a Service named `mlflow` would be taken for settings: MLFLOW_PORT, say.
                    enableServiceLinks: false,
                    nodeSelector: spec.node_selector,
                    tolerations: spec.tolerations,
                    securityContext: {
                        runAsUser: USER, runAsGroup: USER, fsGroup: USER, runAsNonRoot: true,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [{
                        name: "mlflow",
                        image: spec.image(),
                        command: ["mlflow", "server"],
                        args: args(mlflow),
                        env: env(mlflow, kept, trust),
                        ports: [{ name: "http", containerPort: PORT }],
                        // The first start makes the tables.
                        startupProbe: probe(5, 60),
                        readinessProbe: probe(10, 3),
                        livenessProbe: probe(30, 4),
                        resources: resources(mlflow),
                        securityContext: {
                            allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                        volumeMounts: [
                            data_mount,
                            ..trust.map(Trust::mounts),
                            // Artifacts pass through it, each as a whole.
                            { name: "tmp", mountPath: "/tmp" },
                        ],
                    }],
                    volumes: [
                        data,
                        ..trust.map(Trust::volumes),
                        { name: "tmp", emptyDir: {} },
                    ],
                },
            },
        },
    })
}

fn args(mlflow: &MLflow) -> Vec<Traced<String>> {
    let spec = &mlflow.spec;
    let mut args = vec![text!("--host=0.0.0.0"), text!("--port={}", PORT), text!("--workers={}", spec.workers())];
    if spec.backend_store.database.is_none() {
        // The path begins with a slash of its own: with three of them it would be relative.
        args.push(text!("--backend-store-uri=sqlite:///{DATA}/mlflow.db"));
    }
    if let Some(bucket) = mlflow.bucket() {
        let serve = spec.serve_artifacts();
        let (root, served) = if *serve.get() {
            (text!("--artifacts-destination=s3://{}", bucket), text!("--serve-artifacts"))
        } else {
            (text!("--default-artifact-root=s3://{}", bucket), text!("--no-serve-artifacts"))
        };
        args.extend([root, served].map(|arg| arg.because(serve.origin())));
    }
    let metrics = spec.monitoring.enabled.then(|| "--expose-prometheus=/tmp/metrics".to_owned());
    args.into_iter().chain(metrics).collect()
}

fn env(mlflow: &MLflow, kept: &Kept<'_>, trust: Option<&Trust>) -> Value {
    let spec = &mlflow.spec;
    let secret = |name: &'static str, secret: Traced<String>, key: Traced<String>| manifest!({ name: name, valueFrom: { secretKeyRef: { name: secret, key: key } } });
    let database = spec.backend_store.database.as_ref().map(|database| {
        secret("MLFLOW_BACKEND_STORE_URI", database.secret_name.map(ToString::to_string), database.key())
    });
    let plain = |name: &'static str, value: Traced<String>| manifest!({ name: name, value: value });
    let origins = hosts::allowed_origins(mlflow).map(|origins| plain("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", origins));
    let of_store = kept.store.map(|store| {
        let style = store.path_style.map(|&path| if path { "path" } else { "virtual" }.to_owned());
        let credentials =
            |key: &'static str| secret(key, mlflow.consumer().secret_name(), Traced::literal(key.to_owned()));
        manifest!([
            plain("MLFLOW_S3_ENDPOINT_URL", store.url()),
            plain("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", style.because(&store.offered)),
            plain("AWS_DEFAULT_REGION", store.region.clone().because(&store.offered)),
            credentials(ACCESS_KEY),
            credentials(SECRET_KEY),
        ])
        .because(&store.offered)
    });
    let authority = trust.map(|trust| plain("AWS_CA_BUNDLE", trust.file()).because(&trust.volume.origin));
    manifest!([
        database,
        { name: POD_IP, valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
        plain("MLFLOW_SERVER_ALLOWED_HOSTS", hosts::allowed_hosts(mlflow)),
        origins,
        plain("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", spec.job_execution.map(bool::to_string)),
        ..of_store,
        authority,
        // The user has no home.
        { name: "HOME", value: "/tmp" },
    ])
}

fn resources(mlflow: &MLflow) -> Value {
    let spec = &mlflow.spec;
    let written = spec.resources.as_ref().map(|resources| resources.value().clone());
    written.unwrap_or_else(|| {
        let memory = |without, with| spec.job_execution.map(|&jobs| if jobs { with } else { without });
        manifest!({
            requests: { cpu: "100m", memory: memory("1Gi", "3Gi") }, limits: { memory: memory("2Gi", "4Gi") },
        })
    })
}

pub(super) fn service(mlflow: &MLflow) -> Value {
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: {
            name: mlflow.metadata.name(), namespace: mlflow.metadata.namespace(),
            labels: { ..mlflow.metadata.labels(), ..mlflow.labels() },
        },
        spec: { selector: mlflow.labels(), ports: [{ name: "http", port: PORT, targetPort: "http" }] },
    })
}
