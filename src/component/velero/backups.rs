//! Where backups are, and when they are made: after the chart, which brings the kinds.

use super::Velero;
use super::declaration::Schedule;
use crate::component::{App, Authority, Health, Part, Store};
use crate::kube::Name;
use crate::value::{Map, ToValue, Traced, Value, manifest};

/// The location's name, which Velero takes where none is named.
const LOCATION: &str = "default";

/// A location has no conditions, so that Flux would call it ready at once.
const LOCATION_HEALTH: Health = Health {
    api_version: "velero.io/v1",
    kind: "BackupStorageLocation",
    current: "has(status.phase) && status.phase == 'Available'",
    in_progress: "!has(status.phase)",
    failed: "has(status.phase) && status.phase == 'Unavailable'",
    lua: Some(include_str!("location.lua")),
};

/// Returns the app of the location and the schedules.
pub(super) fn app(velero: &Velero, store: Option<&Store>) -> Option<App> {
    let store = store?;
    let mut parts = vec![Part::from(location(velero, store))];
    let schedules = schedules(velero);
    // A second one of a name was told.
    let first =
        |(index, schedule): &(usize, &Schedule)| schedules[..*index].iter().all(|other| other.name != schedule.name);
    let firsts = schedules.iter().enumerate().filter(first);
    parts.extend(firsts.map(|(_, schedule)| self::schedule(velero, schedule).into()));
    let app = App {
        health: vec![LOCATION_HEALTH],
        ..App::new(velero.metadata.app_id("-backups").because(&store.offered), parts)
    };
    Some(app.after([velero.metadata.app_id("")]))
}

fn location(velero: &Velero, store: &Store) -> Value {
    let storage = &velero.spec.storage;
    // The command line of a person reads the certificate here; the pods have it mounted.
    let (certificate, reference) = match store.authority.as_ref().filter(|_| *store.tls.get()) {
        Some(Authority::Certificate(certificate)) => (Some(certificate.map(|pem| base64(pem.as_bytes()))), None),
        Some(Authority::Shared { secret, name, key }) if *secret.get() => {
            (None, Some(manifest!({ name: name, key: key })))
        }
        _ => (None, None),
    };
    // Every value of it is a text.
    let mut config = Map::new();
    let mut set = |key: &'static str, value: Traced<String>| {
        config.insert(key, value.to_value().expect("a text is a value"));
    };
    set("region", store.region.clone());
    set("s3Url", store.url());
    set("s3ForcePathStyle", store.path_style.map(ToString::to_string));
    if let Some(url) = &storage.public_url {
        set("publicUrl", url.map(ToString::to_string));
    }
    // The SDK's default asks for checksums that few stores but AWS S3 know.
    set("checksumAlgorithm", store.host.map(|_| String::new()));
    manifest!({
        apiVersion: "velero.io/v1", kind: "BackupStorageLocation",
        metadata: {
            name: LOCATION, namespace: velero.metadata.namespace(), labels: velero.metadata.labels(),
        },
        spec: {
            provider: "aws",
            default: true,
            credential: { name: velero.secret_name(), key: super::SECRET_KEY },
            objectStorage: {
                bucket: velero.bucket(), prefix: storage.prefix, caCert: certificate, caCertRef: reference,
            },
            config: config,
        },
    })
    .because(&store.offered)
}

/// Returns the schedules, the default one where none is written.
pub(super) fn schedules(velero: &Velero) -> Vec<Schedule> {
    velero.spec.schedules.clone().unwrap_or_else(|| {
        vec![Schedule {
            name: Traced::literal(Name::parse("nightly").expect("a fixed name")),
            at: Traced::literal("0 2 * * *".to_owned()),
            ttl: None,
            included_namespaces: None,
            excluded_namespaces: None,
            paused: None,
        }]
    })
}

fn schedule(velero: &Velero, schedule: &Schedule) -> Value {
    let ttl = schedule.ttl.clone().unwrap_or_else(|| Traced::literal("720h".to_owned()));
    manifest!({
        apiVersion: "velero.io/v1", kind: "Schedule",
        metadata: {
            name: schedule.name.map(ToString::to_string), namespace: velero.metadata.namespace(),
            labels: velero.metadata.labels(),
        },
        spec: {
            schedule: schedule.at,
            paused: schedule.paused,
            template: {
                ttl: ttl,
                storageLocation: LOCATION,
                includedNamespaces: schedule.included_namespaces,
                excludedNamespaces: schedule.excluded_namespaces,
                // There is no location for snapshots of volumes.
                snapshotVolumes: false,
            },
        },
    })
}

/// Returns `bytes` in base64, as the field wants it.
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
