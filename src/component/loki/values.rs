//! The values of the chart. Every key stands in the `values.yaml` of chart 18: one that does not is ignored silently.
//!
//! See <https://github.com/grafana-community/helm-charts/tree/main/charts/loki>.

use super::declaration::{self, Mode, Volume};
use super::{ACCESS_KEY, Loki, SECRET_KEY};
use crate::component::{Kept, Store, StoreKind, Trust};
use crate::project::Project;
use crate::value::{Map, ToValue, Traced, Value, manifest};

/// Where the chart mounts the volume and keeps logs on it.
const CHUNKS_DIRECTORY: &str = "/var/loki/chunks";

/// Returns the values.
pub(super) fn values(loki: &Loki, kept: &Kept<'_>, trust: Option<&Trust>, project: &Project) -> Value {
    let spec = &loki.spec;
    let mode = spec.mode();
    let object_store = kept.kind.map(|kind| kind.name());
    manifest!({
        // Some objects are named after the chart and not after the release, which this makes one.
        nameOverride: loki.metadata.name(),
        commonLabels: loki.metadata.labels(),
        deploymentMode: mode.map(|mode| mode.name()),
        loki: {
            auth_enabled: false,
            commonConfig: { replication_factor: spec.replication_factor() },
            storage: storage(loki, kept, trust),
            ..history(loki, kept),
            schemaConfig: { configs: periods(loki, kept) },
            limits_config: { retention_period: spec.retention() },
            // Without the compactor nothing is deleted, and it does not start without a store for the requests to delete.
            compactor: { retention_enabled: true, delete_request_store: object_store },
        },
        ..defaults(loki, kept, trust, project),
        ruler: { enabled: true },
        ..targets(loki, kept, &mode),
        // One address for all requests; a monolithic Loki is one itself.
        gateway: { enabled: mode.map(|mode| mode.is_in_parts()) },
        // It collects rules into a folder that the ruler does not read.
        sidecar: { rules: { enabled: false } },
        // The default asks for 10 GiB of memory.
        chunksCache: { enabled: false },
        resultsCache: { enabled: false },
        lokiCanary: { enabled: false },
        // It asks the canary.
        test: { enabled: false },
        minio: { enabled: false },
    })
}

/// Returns the storage, in the chart's own words, which are not those of Loki's configuration.
fn storage(loki: &Loki, kept: &Kept<'_>, trust: Option<&Trust>) -> Value {
    let buckets = || manifest!({ chunks: loki.chunks_bucket(), ruler: loki.ruler_bucket() });
    let storage = manifest!({
        type: kept.kind.get().name(),
        bucketNames: kept.is_s3().then(buckets),
        s3: kept.is_s3().then(|| s3(kept.store, trust)),
    });
    storage.because(kept.kind.origin())
}

/// The chart starts Loki so that it fills in variables of its environment.
fn s3(store: Option<&Store>, trust: Option<&Trust>) -> Value {
    manifest!({
        endpoint: store.map(Store::url),
        region: store.map(|store| &store.region),
        accessKeyId: format!("${{{ACCESS_KEY}}}"),
        secretAccessKey: format!("${{{SECRET_KEY}}}"),
        s3ForcePathStyle: store.map(|store| &store.path_style),
        insecure: store.map(|store| store.tls.map(|tls| !tls)),
        http_config: trust.map(|trust| manifest!({ ca_file: trust.file() })),
    })
}

/// Returns what reads the logs of a time before the store: they are still on the volume.
fn history(loki: &Loki, kept: &Kept<'_>) -> Option<Value> {
    let on_volume = |kind: &&Traced<StoreKind>| *kind.get() == StoreKind::Filesystem;
    let period = loki.spec.schema.iter().map(|period| &period.object_store).find(on_volume)?;
    kept.is_s3().then(|| {
        let storage = manifest!({ storage_config: { filesystem: { directory: CHUNKS_DIRECTORY } } });
        storage.because(period.origin()).because(kept.kind.origin())
    })
}

fn periods(loki: &Loki, kept: &Kept<'_>) -> Vec<Value> {
    if loki.spec.schema.is_empty() {
        return vec![period(&loki.spec.schema_from(), &kept.kind)];
    }
    loki.spec.schema.iter().map(|written| period(&written.from, &written.object_store)).collect()
}

fn period(from: &Traced<impl ToValue>, object_store: &Traced<StoreKind>) -> Value {
    manifest!({
        from: from,
        store: "tsdb",
        object_store: object_store.map(|store| store.name()),
        schema: "v13",
        index: { prefix: "index_", period: "24h" },
    })
}

/// Returns what gives every pod of Loki its credentials and the certificate to trust. At the root the keys would be
/// ignored.
fn defaults(loki: &Loki, kept: &Kept<'_>, trust: Option<&Trust>, project: &Project) -> Option<Value> {
    kept.is_s3().then(|| {
        let source = manifest!([{ secretRef: { name: loki.consumer().secret_name() } }]);
        let volumes = trust.map(Trust::volumes);
        let mounts = trust.map(Trust::mounts);
        let annotations = loki.consumer().credential(kept).rolled(project);
        manifest!({ defaults: {
            extraEnvFrom: source, extraVolumes: volumes, extraVolumeMounts: mounts, podAnnotations: annotations,
        } })
        .because(kept.kind.origin())
    })
}

/// Returns the pods of the mode. The chart refuses pods of another, and has three of each part of mode `SimpleScalable` by
/// default.
fn targets(loki: &Loki, kept: &Kept<'_>, mode: &Traced<Mode>) -> Value {
    let spec = &loki.spec;
    let none = || manifest!({ replicas: 0i64 });
    let volume = || manifest!({ size: kept.size(spec.size.as_ref()), storageClass: storage_class(loki) });
    let resources = |target: Option<&declaration::Target>| {
        let resources = target.and_then(|target| target.resources.as_ref()).or(spec.resources.as_ref());
        resources.map_or_else(default_resources, |resources| resources.value().clone())
    };
    let mut targets = Map::new();
    let single = if mode.get().is_in_parts() {
        none()
    } else {
        manifest!({
            replicas: spec.replicas(), resources: resources(None), persistence: { enabled: true, ..volume() },
        })
    };
    targets.insert("singleBinary", single);
    for part in spec.parts() {
        let in_use = part.mode == *mode.get();
        if in_use {
            let persistence = match part.kept {
                Volume::None => None,
                Volume::Fields => Some(manifest!({ volumeClaimsEnabled: true, ..volume() })),
                Volume::Claims => {
                    let claim = manifest!({ name: "data", accessModes: ["ReadWriteOnce"], ..volume() });
                    Some(manifest!({ enabled: true, claims: [claim] }))
                }
            };
            let own = match part.name {
                // Its zones are for an operator that the chart does not install.
                "ingester" => Some(manifest!({ zoneAwareReplication: { enabled: false } })),
                "ruler" => Some(manifest!({ enabled: true })),
                _ => None,
            };
            let values = manifest!({
                ..own, replicas: part.replicas(), resources: resources(part.target), persistence: persistence,
            });
            targets.insert(part.name, values);
        } else if part.mode == Mode::SimpleScalable {
            targets.insert(part.name, none());
        }
    }
    Value::new(targets).because(mode.origin())
}

/// Returns the storage class. The chart leaves an empty one out; `-` is its word for the class without a provisioner.
fn storage_class(loki: &Loki) -> Option<Traced<String>> {
    let class = loki.spec.storage_class_name.as_ref()?;
    Some(class.map(|class| if class.is_empty() { "-".to_owned() } else { class.clone() }))
}

fn default_resources() -> Value {
    manifest!({ requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } })
}
