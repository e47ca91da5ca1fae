//! The rules that a `MinIO` is held against.

mod credentials;
mod identities;
mod image;
mod mode;
mod outside;
mod tls;

use super::MinIO;
use super::declaration::Pool;
use super::{drives, events};
use crate::component::Context;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const RULES: &[Rule] = &[
    TOO_FEW_DRIVES,
    UNEVEN_DRIVES,
    NO_REDUNDANCY,
    image::GONE,
    image::UNPUBLISHED,
    image::AISTOR,
    image::FLOATING,
    SEVERAL_IN_NAMESPACE,
    SAME_POOL_NAME,
    IDLE_FIELD,
    identities::WITHOUT_OPERATOR,
    identities::SAME,
    identities::TOO_LONG,
    mode::STANDALONE_SERVERS,
    mode::AUTO_WITHOUT_OPERATOR,
    credentials::KNOWN_CREDENTIALS,
    credentials::KEY_CHARACTERS,
    credentials::ROOT_IN_USE,
    tls::NO_AUTHORITY,
    outside::BALANCED_IN_CLEAR,
    outside::SAME_HOST,
    outside::DOMAINS_OVERLAP,
    events::TARGET_NAME,
    events::SAME_TARGET,
    events::SETTING_UNKNOWN,
    events::SETTING_MISSING,
    events::SETTING_IN_CLEAR,
];

const IDLE_FIELD: Rule = Rule::warning(
    "minio/idle-field",
    "a field decides nothing",
    "Whoever changes it waits for an effect that never comes.",
    "delete the field, or what makes it idle",
);

const TOO_FEW_DRIVES: Rule = Rule::refusal(
    "minio/too-few-drives",
    "a pool of two or three servers has fewer than four volumes",
    "The operator refuses such a pool: the Tenant's status shows an error and nothing is created.",
    "use 4 servers with 1 volume each, 2 or 3 servers with 2 volumes each, or 1 server",
);

const UNEVEN_DRIVES: Rule = Rule::error(
    "minio/uneven-drives",
    "the drives of a pool cannot be divided into erasure sets",
    "The server needs sets of 2 to 16 drives that divide all drives evenly and lie evenly over the servers; else it does not start.",
    "choose a number of servers that 2 to 16 divides, such as 4, 6, 8, 12 or 16",
);

const NO_REDUNDANCY: Rule = Rule::warning(
    "minio/no-redundancy",
    "a pool has a single drive",
    "Losing the drive loses every object.",
    "use 4 drives or more where the data matters",
);

const SEVERAL_IN_NAMESPACE: Rule = Rule::error(
    "minio/several-in-namespace",
    "two MinIO stand in one namespace",
    "The S3 Service is always called `minio`: the second Tenant stops with \"Another MinIO Tenant already exists in the namespace\".",
    "give each MinIO a namespace of its own",
);

const SAME_POOL_NAME: Rule = Rule::refusal(
    "minio/same-pool-name",
    "two pools have one name",
    "The StatefulSet of a pool is named after it.",
    "give each pool a name of its own",
);

pub(super) fn lint(minio: &MinIO, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pool in minio.spec.pools() {
        found.extend(drives_of(&pool, minio));
    }
    found.extend(minio.spec.image.as_ref().and_then(|image| image::lint(image, image::LAST_SERVER_TAG)));
    found.extend(minio.spec.client_image.as_ref().and_then(|image| image::lint(image, image::LAST_CLIENT_TAG)));
    found.extend(other_in_namespace(minio, context));
    found.extend(pool_names(minio));
    found.extend(mode::lint(minio));
    found.extend(unwatched(minio));
    found.extend(credentials::lint(minio, context));
    found.extend(identities::lint(minio));
    found.extend(tls::lint(minio));
    found.extend(outside::lint(minio, context));
    found.extend(events::lint(minio));
    found
}

/// Returns what says that the field called `name`, which stands at `place`, decides nothing, because of what stands at
/// `idled_by`.
fn idle(name: &str, because: &str, place: &Origin, idled_by: &Origin) -> Diagnostic {
    IDLE_FIELD.found(format!("`{name}` decides nothing {because}")).decided_at(place.and(idled_by).spans(), "")
}

/// Without a monitor there is nothing to show and to warn of.
fn unwatched(minio: &MinIO) -> Vec<Diagnostic> {
    let monitoring = &minio.spec.monitoring;
    let enabled = monitoring.enabled();
    let labels = || monitoring.dashboard_labels.values().next().map(Traced::origin);
    let fields = if *enabled.get() {
        let unused = labels().filter(|_| monitoring.dashboards.is_none());
        return unused
            .map(|place| idle("monitoring.dashboardLabels", "without a dashboard", place, place))
            .into_iter()
            .collect();
    } else {
        let alerts = monitoring.alerts.as_ref().filter(|alerts| *alerts.get());
        [
            ("monitoring.dashboards", monitoring.dashboards.as_ref().map(Traced::origin)),
            ("monitoring.dashboardLabels", labels()),
            ("monitoring.alerts", alerts.map(Traced::origin)),
        ]
    };
    let written = fields.into_iter().filter_map(|(name, place)| Some((name, place?)));
    written.map(|(name, place)| idle(name, "where nothing is scraped", place, enabled.origin())).collect()
}

fn drives_of(pool: &Pool, minio: &MinIO) -> Option<Diagnostic> {
    let (servers, volumes) = (pool.servers(), pool.volumes_per_server());
    let mut place = servers.origin().and(volumes.origin());
    if place.is_empty() {
        place = minio.origin();
    }
    let shape = |count: &Traced<i64>, one: &str| {
        if *count.get() == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
    };
    let shape = format!("{} with {} each", shape(&servers, "server"), shape(&volumes, "volume"));
    let (servers, volumes) = (*servers.get(), *volumes.get());
    let found = if drives::is_refused(servers, volumes) {
        TOO_FEW_DRIVES.found(format!("{shape} cannot form an erasure set"))
    } else {
        match drives::layout(servers, volumes) {
            None => UNEVEN_DRIVES.found(format!("{shape} cannot be divided into erasure sets of 2 to 16 drives")),
            Some(layout) if layout.parity == 0 => NO_REDUNDANCY.found(format!("{shape} has no redundancy")),
            Some(_) => return None,
        }
    };
    Some(found.decided_at(place.spans(), ""))
}

fn other_in_namespace(minio: &MinIO, context: &Context) -> Option<Diagnostic> {
    // Every other store has a Service of its own.
    let host = minio.store().host;
    let other = context.offers.stores().iter().find(|store| {
        store.namespace == minio.metadata.namespace()
            && store.host == host
            && store.name.get() < minio.metadata.name().get()
    })?;
    let message = format!(
        "`{}` and `{}` both stand in namespace `{}`",
        other.name,
        minio.metadata.name(),
        minio.metadata.namespace()
    );
    let place = minio.metadata.name.origin().and(other.name.origin());
    Some(SEVERAL_IN_NAMESPACE.found(message).decided_at(place.spans(), ""))
}

fn pool_names(minio: &MinIO) -> Vec<Diagnostic> {
    let pools = minio.spec.pools();
    let names: Vec<_> = pools.iter().enumerate().map(|(index, pool)| pool.name(index)).collect();
    let twice = |(index, name): (usize, &Traced<String>)| {
        names[..index].iter().find(|known| *known == name).map(|known| known.origin().and(name.origin()))
    };
    names
        .iter()
        .enumerate()
        .filter_map(|(index, name)| Some((name, twice((index, name))?)))
        .map(|(name, place)| {
            // A pool without a name is called after its number.
            let by_default = if place.spans().len() < 2 { ", one of them by default" } else { "" };
            let found = SAME_POOL_NAME.found(format!("two pools are named `{name}`{by_default}"));
            found.decided_at(place.spans(), "")
        })
        .collect()
}
