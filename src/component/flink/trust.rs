//! How Flink comes to trust a store whose certificate no system knows: Java reads a file of its own format, which a
//! container before the pods' own makes of its image's, with the image's tools.

use crate::component::{CA_FILE, Store, Trust};
use crate::value::{Traced, Value, manifest};

/// Where the certificate is mounted in that container.
const CERTIFICATE: &str = "/store-ca";
/// Where the file for Java stands.
const TRUST: &str = "/trust";
/// The password that Java's own file has everywhere. It protects nothing: what is in it are public certificates.
const PASSWORD: &str = "changeit";
/// Java's own file with the store's certificates added. Started anew, it begins anew.
const SCRIPT: &str = include_str!("truststore.sh");

/// Returns the options of Java, if the store's certificate needs them.
pub(super) fn java_options(store: &Store) -> Option<Traced<String>> {
    let needed = store.authority.as_ref().filter(|_| *store.tls.get())?;
    let options = format!("-Djavax.net.ssl.trustStore={TRUST}/cacerts -Djavax.net.ssl.trustStorePassword={PASSWORD}");
    let because = store.tls.origin().and(&store.offered).and(&needed.origin());
    Some(Traced::new(options, because))
}

/// Returns the container that makes the file.
pub(super) fn container(trust: &Trust, image: Option<&Traced<String>>) -> Value {
    manifest!({
        name: "store-trust",
        image: image,
        command: ["/bin/sh", "-c", SCRIPT],
        env: [
            { name: "CERTIFICATES", value: format!("{CERTIFICATE}/{CA_FILE}") },
            { name: "TRUST", value: TRUST },
            { name: "PASSWORD", value: PASSWORD },
        ],
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        securityContext: super::pods::container_context(),
        volumeMounts: [
            { name: "store-ca", mountPath: CERTIFICATE, readOnly: true },
            { name: "trust", mountPath: TRUST },
        ],
    })
    .because(&trust.volume.origin)
}

/// Returns what the pods' own container mounts.
pub(super) fn mount(trust: &Trust) -> Value {
    manifest!({ name: "trust", mountPath: TRUST, readOnly: true }).because(&trust.volume.origin)
}

/// Returns the volumes: the certificate, and the file that is made of it.
pub(super) fn volumes(trust: &Trust) -> Value {
    manifest!([{ name: "store-ca", ..trust.volume }, { name: "trust", emptyDir: {} }]).because(&trust.volume.origin)
}
