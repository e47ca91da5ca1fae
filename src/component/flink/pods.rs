//! The pods: what every one of them has, whether it leads or works.

use std::collections::BTreeMap;

use super::storage::{ACCESS_KEY, SECRET_KEY};
use super::{Flink, trust};
use crate::component::Trust;
use crate::value::{Traced, Value, manifest, text};

/// The container that Flink runs in. What is meant for it stands in a container of this name, and in no other.
const MAIN: &str = "flink-main-container";
/// The user of the images of Flink.
const USER: i64 = 9999;
/// The variable by which the entrypoint of the images puts plugins where Flink finds them.
pub(super) const PLUGINS: &str = "ENABLE_BUILT_IN_PLUGINS";

impl Flink {
    /// Returns the labels that Flink puts on its pods where it makes them itself.
    /// Source: apache/flink, `KubernetesUtils.getCommonLabels`.
    pub(super) fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app".to_owned(), self.metadata.name()),
            ("type".to_owned(), Traced::literal("flink-native-kubernetes".to_owned())),
        ])
    }

    /// Returns the file of the plugin, exact to the version: the entrypoint does not start with another.
    fn plugin(&self) -> Option<Traced<String>> {
        let plugin = &self.spec.storage.plugin;
        let name = plugin.map(|plugin| plugin.name().unwrap_or_default());
        let version = self.version().filter(|_| plugin.get().name().is_some())?;
        Some(text!("flink-s3-fs-{}-{}.jar", name, version.map(|version| version.exact.clone())))
    }
}

/// Returns the template of the pods.
pub(super) fn template(flink: &Flink, trust: Option<&Trust>) -> Value {
    let spec = &flink.spec;
    let plugin = flink.plugin().map(|plugin| manifest!({ name: PLUGINS, value: plugin }).because(plugin.origin()));
    let secret = |key| manifest!({ name: key, valueFrom: { secretKeyRef: { name: flink.secret_name(), key: key } } });
    let mounts = trust.map(|trust| manifest!([trust::mount(trust)]).because(&trust.volume.origin));
    let image = flink.image();
    let before = trust.map(|trust| manifest!([trust::container(trust, image.as_ref())]).because(&trust.volume.origin));
    manifest!({
        apiVersion: "v1", kind: "Pod",
        metadata: flink.metadata.labels().map(|labels| manifest!({ labels: labels })),
        spec: {
            securityContext: {
                runAsUser: USER, runAsGroup: USER, fsGroup: USER, runAsNonRoot: true,
                seccompProfile: { type: "RuntimeDefault" },
            },
            initContainers: before,
            containers: [{
                name: MAIN,
                env: [plugin, secret(ACCESS_KEY), secret(SECRET_KEY), ..spec.env],
                securityContext: container_context(),
                volumeMounts: mounts,
            }],
            volumes: trust.map(trust::volumes),
        },
    })
}

/// The entrypoint of the images writes below their own folder: the root file system stays writable.
pub(super) fn container_context() -> Value {
    manifest!({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } })
}
