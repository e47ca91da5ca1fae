//! What the pods get beside the server: the key that signs requests, trusted certificates, and marks that roll them.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::cloud;
use super::declaration::SigningKey;
use super::making::{Making, Texts};
use crate::component::CA_FILE;
use crate::value::{Origin, Traced, Value, manifest};

/// The class that the CSI driver mounts the key by.
pub(super) const KEY_CLASS: &str = "request-signing-key-v1";
/// The kind of that class, which a cluster may not serve.
pub(super) const KEY_CLASS_KIND: &str = "SecretProviderClass";
/// The variable that names the file of trusted certificates.
pub(super) const CERTIFICATES_VARIABLE: &str = "SSL_CERT_FILE";
/// The container that collects trusted certificates.
pub(super) const COLLECTOR: &str = "combine-ca-certs";

/// Where the collected certificates stand.
const BUNDLE: &str = "/combined-certs/ca-certificates.crt";

/// Additions to the pods.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) env: Vec<Value>,
    pub(super) mounts: Vec<Value>,
    pub(super) volumes: Vec<Value>,
    pub(super) init_containers: Vec<Value>,
    pub(super) annotations: Texts,
}

/// A certificate that the servers trust beside the public ones.
struct Certificate {
    /// The source of the volume that it stands in.
    source: Value,
    /// Its file in that volume.
    file: &'static str,
    /// What tells it from others.
    mark: String,
    because: Origin,
}

impl Certificate {
    fn in_secret(name: &Traced<String>, key: &Traced<String>) -> Self {
        // 292 is 0444 in octal.
        let items = manifest!([{ key: key, path: "ca.pem", mode: 292i64 }]);
        Self {
            source: manifest!({ secret: { secretName: name, items: items } }),
            file: "ca.pem",
            mark: format!("{name}:{key},"),
            because: name.origin().and(key.origin()),
        }
    }
}

/// Returns the certificates that are declared, then that of the store of snapshots.
fn certificates(making: &Making<'_>) -> Vec<Certificate> {
    let declared = making.security().and_then(|security| security.trusted_ca_certs.as_deref()).unwrap_or_default();
    let mut all: Vec<_> = declared.iter().map(|one| Certificate::in_secret(&one.secret_name, &one.key)).collect();
    let Some(snapshots) = &making.snapshots else { return all };
    if let Some((name, key)) = snapshots.untrusted_secret(making.declared) {
        all.push(Certificate::in_secret(&name, &key));
    } else if let Some(trust) = snapshots.trust(making.declared).filter(|trust| trust.volume.get("secret").is_none()) {
        // Another certificate under the same name rolls the pods, too.
        let parts = || [Some(&trust.volume), trust.object.as_ref()].into_iter().flatten();
        let mark = parts().map(|part| part.to_json().to_string()).collect();
        let mut because = Origin::default();
        parts().for_each(|part| part.walk(&mut |value| because.add(&value.origin)));
        all.push(Certificate { source: trust.volume, file: CA_FILE, mark, because });
    }
    all
}

/// Returns all additions, in the operator's order.
pub(super) fn of(making: &Making<'_>) -> Extras {
    let mut extras = Extras { annotations: cloud::pod_annotations(making), ..Extras::default() };
    if let Some(key) = making.signing_key() {
        extras.add_key(making, key);
    }
    let certificates = certificates(making);
    if !certificates.is_empty() {
        extras.add_certificates(making, &certificates);
    }
    extras
}

/// Returns the class of the key, where a provider holds it and the cluster serves such classes.
pub(super) fn key_class(making: &Making<'_>) -> Option<Value> {
    let key = making.signing_key()?;
    let (None, Some(provider)) = (&key.secret, &key.secret_provider) else { return None };
    let installed = making.settings.installed(KEY_CLASS_KIND)?;
    let class = manifest!({
        apiVersion: "secrets-store.csi.x-k8s.io/v1", kind: KEY_CLASS_KIND,
        metadata: making.metadata(&Traced::literal(KEY_CLASS.to_owned())),
        spec: { provider: provider.provider, parameters: provider.parameters },
    });
    Some(class.because(&key.version.origin().and(installed.origin())))
}

impl Extras {
    fn add_key(&mut self, making: &Making<'_>, key: &SigningKey) {
        let (name, volume, path) = match (&key.secret, &key.secret_provider) {
            (Some(secret), None) => {
                // 256 is 0400 in octal, which YAML readers disagree on.
                let items = manifest!([{ key: secret.key, path: "private.pem", mode: 256i64 }]);
                let volume = manifest!({ secret: { secretName: secret.secret_name, items: items } });
                let path = secret.secret_name.map(|_| "/signing-key/private.pem".to_owned());
                ("request-signing-private-key-secret", volume, path)
            }
            (None, Some(provider)) => {
                let Some(installed) = making.settings.installed(KEY_CLASS_KIND) else { return };
                let volume = manifest!({ csi: {
                    driver: "secrets-store.csi.k8s.io", readOnly: true,
                    volumeAttributes: { secretProviderClass: KEY_CLASS },
                } });
                let path = provider.path.map(|path| below("/signing-key", path)).because(installed.origin());
                ("request-signing-private-key-secret-provider", volume, path)
            }
            _ => return,
        };
        let because = path.origin();
        self.volumes.push(manifest!({ name: name, ..volume }).because(because));
        self.mounts.push(manifest!({ name: name, mountPath: "/signing-key", readOnly: true }).because(because));
        let variable = making.settings.version.map(|version| version.signing_key_variable());
        self.env.push(manifest!({ name: variable, value: path }));
    }

    fn add_certificates(&mut self, making: &Making<'_>, certificates: &[Certificate]) {
        let mut files = vec!["/etc/ssl/certs/ca-certificates.crt".to_owned()];
        let mut mounts = Vec::new();
        let mut because = Origin::default();
        let mut hash = Sha256::new();
        for (index, Certificate { source, file, mark, because: own }) in certificates.iter().enumerate() {
            let name = format!("trusted-ca-{index}");
            because.add(own);
            files.push(format!("/{name}/{file}"));
            hash.update(mark);
            mounts.push(manifest!({ name: name, mountPath: format!("/{name}"), readOnly: true }).because(own));
            self.volumes.push(manifest!({ name: name, ..source }).because(own));
        }
        let add = |value: Value| value.because(&because);
        self.volumes.push(add(manifest!({ name: "combined-ca-certs", emptyDir: {} })));
        mounts.push(add(manifest!({ name: "combined-ca-certs", mountPath: "/combined-certs" })));
        let script = format!("cat {} > {BUNDLE}", files.join(" "));
        self.init_containers.push(add(manifest!({
            name: COLLECTOR,
            image: making.settings.canary_image,
            command: ["sh", "-c", script],
            securityContext: { allowPrivilegeEscalation: false },
            volumeMounts: mounts,
        })));
        self.mounts.push(add(manifest!({ name: "combined-ca-certs", mountPath: "/combined-certs", readOnly: true })));
        self.env.push(add(manifest!({ name: CERTIFICATES_VARIABLE, value: BUNDLE })));
        let digest = hash.finalize().iter().fold(String::new(), |mut digest, byte| {
            let _ = write!(digest, "{byte:02x}");
            digest
        });
        self.annotations.insert("restate.dev/trusted-ca-certs".to_owned(), Traced::new(digest, because));
    }
}

/// Returns `path` below `folder`, as the operator joins them: an absolute path stays as it is.
fn below(folder: &str, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") }
}
