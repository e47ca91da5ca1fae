//! The daemon: pods, each with a volume for what it has at hand, and their Service.
//!
//! See <https://github.com/moby/buildkit/tree/master/examples/kubernetes>.

use sha2::{Digest, Sha256};

use super::network::PORT;
use super::{ACCESS_KEY, BuildKit, SECRET_KEY, versions};
use crate::component::{Kept, Trust};
use crate::value::{Origin, Traced, Value, manifest, text};

/// The user of the image that runs without root, which cannot be another.
const USER: i64 = 1000;
/// Where a configuration is mounted, and its file.
const CONFIGURATION: &str = "/configuration";
const FILE: &str = "buildkitd.toml";
/// Where the certificate of the daemon is mounted.
const CERTIFICATE: &str = "/certificate";
/// Where the certificate of the store is mounted, beside those that the image has. Whoever names one file loses the others.
const STORE_CA: &str = "/store-ca";
const SYSTEM_CERTIFICATES: &str = "/etc/ssl/certs";

impl BuildKit {
    fn image(&self) -> Traced<String> {
        match &self.spec.image {
            Some(image) => image.map(ToString::to_string),
            None => self.spec.mode.map(|mode| {
                let suffix = if mode.is_rootless() { format!("-{}", versions::ROOTLESS) } else { String::new() };
                format!("{}{suffix}", versions::IMAGE)
            }),
        }
    }

    fn config_map_name(&self) -> Traced<String> {
        text!("{}-configuration", self.metadata.name())
    }
}

/// Returns the configuration, if there is one.
pub(super) fn configuration(buildkit: &BuildKit) -> Option<Value> {
    let configuration = buildkit.spec.configuration.as_ref()?;
    let object = manifest!({
        apiVersion: "v1", kind: "ConfigMap",
        metadata: {
            name: buildkit.config_map_name(), namespace: buildkit.metadata.namespace(),
            labels: buildkit.metadata.labels(),
        },
        data: { (FILE): configuration },
    });
    Some(object.because(configuration.origin()))
}

pub(super) fn service(buildkit: &BuildKit) -> Value {
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: {
            name: buildkit.metadata.name(), namespace: buildkit.metadata.namespace(),
            labels: buildkit.metadata.labels(),
        },
        spec: {
            selector: buildkit.pod_labels(),
            ports: [{ name: "buildkit", port: PORT, targetPort: "buildkit" }],
        },
    })
}

pub(super) fn stateful_set(buildkit: &BuildKit, kept: &Kept<'_>, trust: Option<&Trust>) -> Value {
    let spec = &buildkit.spec;
    let labels = buildkit.pod_labels();
    // The daemon reads it when it starts.
    let annotations = spec.configuration.as_ref().map(|configuration| {
        let sum = |text: &String| {
            let sum = Sha256::digest(text);
            format!("{:08x}", u32::from_be_bytes([sum[0], sum[1], sum[2], sum[3]]))
        };
        manifest!({ "bayplan.dev/configuration": configuration.map(sum) }).because(configuration.origin())
    });
    let security = spec.mode.map(|mode| mode.is_rootless().then(|| manifest!({ fsGroup: USER })));
    let size = spec
        .size
        .as_ref()
        .map_or_else(|| Value::new("20Gi"), |size| manifest!([size]).as_list().expect("a list")[0].clone());
    manifest!({
        apiVersion: "apps/v1", kind: "StatefulSet",
        metadata: {
            name: buildkit.metadata.name(), namespace: buildkit.metadata.namespace(),
            labels: { ..buildkit.metadata.labels(), ..labels },
        },
        spec: {
            serviceName: buildkit.metadata.name(),
            podManagementPolicy: "Parallel",
            replicas: spec.replicas.clone().unwrap_or_else(|| Traced::literal(1)),
            selector: { matchLabels: labels },
            template: {
                metadata: { labels: { ..buildkit.metadata.labels(), ..labels }, annotations: annotations },
                spec: {
                    automountServiceAccountToken: false,
                    securityContext: security,
                    nodeSelector: Some(&spec.node_selector).filter(|labels| !labels.is_empty()),
                    tolerations: Some(&spec.tolerations).filter(|all| !all.is_empty()),
                    containers: [container(buildkit, kept, trust)],
                    volumes: volumes(buildkit, trust),
                },
            },
            volumeClaimTemplates: [{
                metadata: { name: "state" },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    storageClassName: spec.storage_class_name,
                    resources: { requests: { storage: size } },
                },
            }],
        },
    })
}

fn container(buildkit: &BuildKit, kept: &Kept<'_>, trust: Option<&Trust>) -> Value {
    let spec = &buildkit.spec;
    let resources = spec.resources.as_ref().map_or_else(default_resources, |resources| resources.value().clone());
    // It may take a while until the workers of a daemon with a large cache answer.
    let probe = manifest!({ exec: { command: ["buildctl", "debug", "workers"] }, initialDelaySeconds: 5i64, periodSeconds: 30i64, timeoutSeconds: 10i64 });
    let state =
        spec.mode.map(|mode| if mode.is_rootless() { "/home/user/.local/share/buildkit" } else { "/var/lib/buildkit" });
    let tls = spec.tls_secret_name.as_ref();
    let mount = |name: &'static str, path: &'static str| manifest!({ name: name, mountPath: path, readOnly: true });
    manifest!({
        name: "buildkitd",
        image: buildkit.image(),
        args: args(buildkit),
        env: env(buildkit, kept, trust),
        ports: [{ name: "buildkit", containerPort: PORT }],
        readinessProbe: probe,
        livenessProbe: probe,
        resources: resources,
        securityContext: spec.mode.map(|mode| if mode.is_rootless() { rootless() } else { manifest!({ privileged: true }) }),
        volumeMounts: [
            { name: "state", mountPath: state },
            tls.map(|tls| mount("certificate", CERTIFICATE).because(tls.origin())),
            spec.configuration.as_ref().map(|text| mount("configuration", CONFIGURATION).because(text.origin())),
            trust.map(|trust| mount("store-ca", STORE_CA).because(&trust.volume.origin)),
        ],
    })
}

/// It makes namespaces of its own, which the default profiles forbid, and a program with more rights maps users in them.
fn rootless() -> Value {
    manifest!({
        runAsUser: USER, runAsGroup: USER, runAsNonRoot: true,
        seccompProfile: { type: "Unconfined" }, appArmorProfile: { type: "Unconfined" },
    })
}

fn default_resources() -> Value {
    manifest!({ requests: { cpu: "500m", memory: "1Gi" }, limits: { memory: "4Gi" } })
}

fn args(buildkit: &BuildKit) -> Vec<Value> {
    let spec = &buildkit.spec;
    let rootless = spec.mode.get().is_rootless();
    let socket =
        if rootless { "unix:///run/user/1000/buildkit/buildkitd.sock" } else { "unix:///run/buildkit/buildkitd.sock" };
    let mode = |text: &'static str| Value::new(text).because(spec.mode.origin());
    let mut args =
        vec![Value::new("--addr"), mode(socket), Value::new("--addr"), Value::new(format!("tcp://0.0.0.0:{PORT}"))];
    if rootless {
        args.push(mode("--oci-worker-no-process-sandbox"));
    }
    if let Some(tls) = &spec.tls_secret_name {
        for (flag, file) in [("--tlscacert", "ca.crt"), ("--tlscert", "tls.crt"), ("--tlskey", "tls.key")] {
            args.push(Value::new(flag).because(tls.origin()));
            args.push(Value::new(format!("{CERTIFICATE}/{file}")).because(tls.origin()));
        }
    }
    if let Some(configuration) = &spec.configuration {
        args.push(Value::new("--config").because(configuration.origin()));
        args.push(Value::new(format!("{CONFIGURATION}/{FILE}")).because(configuration.origin()));
    }
    args
}

/// The daemon reads and writes the cache, and so has the credentials.
fn env(buildkit: &BuildKit, kept: &Kept<'_>, trust: Option<&Trust>) -> Option<Value> {
    let secret = |key| {
        let reference = manifest!({ name: buildkit.consumer().secret_name(), key: key });
        manifest!({ name: key, valueFrom: { secretKeyRef: reference } })
    };
    let trusted = trust.map(|trust| {
        let folders = format!("{SYSTEM_CERTIFICATES}:{STORE_CA}");
        manifest!({ name: "SSL_CERT_DIR", value: folders }).because(&trust.volume.origin)
    });
    kept.is_s3().then(|| manifest!([secret(ACCESS_KEY), secret(SECRET_KEY), trusted]).because(&kept.claimant))
}

fn volumes(buildkit: &BuildKit, trust: Option<&Trust>) -> Option<Value> {
    let spec = &buildkit.spec;
    let certificate = spec
        .tls_secret_name
        .as_ref()
        .map(|name| manifest!({ name: "certificate", secret: { secretName: name } }).because(name.origin()));
    let configuration = spec.configuration.as_ref().map(|text| {
        manifest!({ name: "configuration", configMap: { name: buildkit.config_map_name() } }).because(text.origin())
    });
    let store = trust.map(|trust| manifest!({ name: "store-ca", ..trust.volume }).because(&trust.volume.origin));
    let all: Vec<_> = [certificate, configuration, store].into_iter().flatten().collect();
    let because = Origin::merged(all.iter().map(|volume| &volume.origin));
    (!all.is_empty()).then(|| Value::new(all).because(&because))
}
