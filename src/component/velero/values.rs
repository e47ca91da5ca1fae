//! The values of the chart. Location and schedules are objects of their own: the chart has none of them.
//!
//! See <https://github.com/vmware-tanzu/helm-charts/tree/main/charts/velero>.

use super::{Velero, versions};
use crate::kube::Image;
use crate::value::{Traced, Value, manifest};

/// A folder that Go reads certificates from beside those of the system, and that the image does not have.
/// Source: Go's `crypto/x509/root_linux.go`.
const CERTIFICATES: &str = "/etc/pki/tls/certs";

pub(super) fn values(velero: &Velero, trust: Option<&Value>) -> Value {
    let spec = &velero.spec;
    let resources = spec.resources.as_ref().map_or_else(
        || manifest!({ requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } }),
        |resources| resources.value().clone(),
    );
    let trusted = || {
        trust.map(|volume| {
            manifest!({
                extraVolumes: [{ name: "store-ca", ..volume }],
                extraVolumeMounts: [{ name: "store-ca", mountPath: CERTIFICATES, readOnly: true }],
            })
            .because(&volume.origin)
        })
    };
    let volumes = spec.volumes.enabled.clone().unwrap_or_else(|| Traced::literal(true));
    let agents = volumes.then(|| {
        let resources = spec.volumes.resources.as_ref().map_or_else(
            || manifest!({ requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } }),
            |resources| resources.value().clone(),
        );
        manifest!({ resources: resources, ..trusted() })
    });
    manifest!({
        // Some objects are named after the chart and not after the release, which this makes one.
        fullnameOverride: velero.metadata.name(),
        image: image(spec.image.as_ref()),
        initContainers: [{
            name: "velero-plugin-for-aws",
            image: spec.plugin_image.as_ref().map_or_else(
                || Traced::literal(versions::PLUGIN_IMAGE.to_owned()),
                |image| image.map(Image::to_string),
            ),
            volumeMounts: [{ name: "plugins", mountPath: "/target" }],
        }],
        resources: resources,
        ..trusted(),
        configuration: {
            uploaderType: "kopia",
            defaultVolumesToFsBackup: volumes,
        },
        // The location names its Secret itself.
        credentials: { useSecret: false },
        backupsEnabled: false,
        snapshotsEnabled: false,
        deployNodeAgent: volumes,
        nodeAgent: agents,
        // The release brings the CRDs; the chart's Job for that runs an image of Bitnami that is gone.
        upgradeCRDs: false,
        cleanUpCRDs: false,
    })
}

/// Returns the image in the chart's parts, its own where none is written.
fn image(written: Option<&Traced<Image>>) -> Value {
    let image = written
        .cloned()
        .unwrap_or_else(|| Traced::literal(Image::parse(versions::IMAGE).expect("the default is an image")));
    let parts = image.map(|image| {
        let full = image.to_string();
        let (rest, digest) = full.split_once('@').map_or((full.as_str(), None), |(rest, digest)| (rest, Some(digest)));
        let name = image.tag().map_or(rest, |tag| rest.strip_suffix(&format!(":{tag}")).unwrap_or(rest));
        (name.to_owned(), image.tag().map(str::to_owned), digest.map(str::to_owned))
    });
    let (repository, tag, digest) = parts.get().clone();
    manifest!({ repository: repository, tag: tag, digest: digest }).because(image.origin())
}
