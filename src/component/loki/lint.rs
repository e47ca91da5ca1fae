//! The rules that a `Loki` is held against.

use super::declaration::ObjectStore;
use super::storage::{self, Found};
use super::{Loki, versions};
use crate::component::Context;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const RULES: &[Rule] = &[
    DEPRECATED_MODE,
    SEVERAL_ON_VOLUMES,
    TOO_FEW_WRITERS,
    UNREPLICATED_WRITERS,
    SHORT_RETENTION,
    SCHEMA_ORDER,
    SCHEMA_STORE,
    BUCKET_NAME,
    LONG_NAME,
    INEXACT_CHART_VERSION,
    OTHER_CHART_MAJOR,
    IDLE_FIELD,
];

const DEPRECATED_MODE: Rule = Rule::warning(
    "loki/deprecated-mode",
    "the mode is SimpleScalable",
    "Loki 4 does not have it any more.",
    "use `Monolithic`, with several replicas and a store where one pod is too few",
);

const SEVERAL_ON_VOLUMES: Rule = Rule::refusal(
    "loki/several-on-volumes",
    "several pods keep logs on volumes of their own",
    "The chart refuses to render it: no pod could read what another one wrote.",
    "use a single replica in mode `Monolithic`, or keep the logs in a store",
);

const TOO_FEW_WRITERS: Rule = Rule::error(
    "loki/too-few-writers",
    "the replication factor is greater than the number of pods that take logs",
    "Too few pods confirm a log line: Loki refuses every one.",
    "use as many pods as the replication factor, or more",
);

const UNREPLICATED_WRITERS: Rule = Rule::warning(
    "loki/unreplicated-writers",
    "several pods take logs, and each line goes to one of them",
    "What a lost pod had not yet put into the store is lost, and queries fail while it is away.",
    "use 3 pods with `replicationFactor: 3`, or a single one",
);

const SHORT_RETENTION: Rule = Rule::warning(
    "loki/short-retention",
    "logs are kept for less than a day",
    "Indexes are made for whole days, and Loki documents 24h as the shortest time that works.",
    "keep logs for `24h` or longer",
);

const SCHEMA_ORDER: Rule = Rule::error(
    "loki/schema-order",
    "a period does not begin after the one before it",
    "Loki refuses to start: periods follow each other, oldest first.",
    "append periods at the end, each with a later day",
);

const SCHEMA_STORE: Rule = Rule::error(
    "loki/schema-store",
    "a period needs a store that Loki does not have",
    "The last period says where new logs go; a period in S3 cannot be read without a store.",
    "append a period with the kind of store in use, and keep a store for as long as a period needs it",
);

const BUCKET_NAME: Rule = Rule::error(
    "loki/invalid-bucket-name",
    "the name of a bucket cannot follow from that of the Loki",
    "The store would refuse to make the bucket.",
    "name both buckets in `storage.buckets`",
);

const LONG_NAME: Rule = Rule::error(
    "loki/long-name",
    "the name is too long for what is named after it",
    "The chart adds to it for Services and pods, whose names and labels have 63 letters.",
    "use a shorter name",
);

const INEXACT_CHART_VERSION: Rule = Rule::error(
    "loki/inexact-chart-version",
    "the chart's version is not exact",
    "The source looks for a tag of this very text; a range would also change without a commit.",
    "write the version in full, like `18.11.0`",
);

const OTHER_CHART_MAJOR: Rule = Rule::warning(
    "loki/other-chart-major",
    "the chart has another major version than the values are written for",
    "The keys change with nearly every major version, and the chart ignores those that it does not know.",
    "use a version 18, or compare the rendered configuration",
);

const IDLE_FIELD: Rule = Rule::warning(
    "loki/idle-field",
    "a field decides nothing",
    "Whoever changes it waits for an effect that never comes.",
    "delete the field, or what makes it idle",
);

/// The longest names: of the Service `NAME-query-scheduler-discovery` in mode `SimpleScalable`, else of the label with
/// the revision of the StatefulSet `NAME`, which adds 11 letters, and of the Service `NAME-memberlist`.
const LONGEST_SCALABLE: usize = 63 - "-query-scheduler-discovery".len();
const LONGEST: usize = 63 - "-memberlist".len();

pub(super) fn lint(loki: &Loki, context: &Context) -> Vec<Diagnostic> {
    let storage = storage::find(loki, &context.offers);
    let mut found = Vec::new();
    found.extend(mode(loki));
    found.extend(replicas(loki, &storage));
    found.extend(retention(loki));
    found.extend(schema(loki, &storage));
    found.extend(names(loki, &storage));
    found.extend(chart_version(loki));
    found.extend(idle(loki, &storage));
    found
}

fn mode(loki: &Loki) -> Option<Diagnostic> {
    let mode = loki.spec.mode();
    let found = mode.get().is_scalable().then(|| DEPRECATED_MODE.found("mode `SimpleScalable` is deprecated"))?;
    Some(found.decided_at(mode.origin().spans(), ""))
}

fn replicas(loki: &Loki, storage: &Found<'_>) -> Option<Diagnostic> {
    let spec = &loki.spec;
    let (mode, writers, factor) = (spec.mode(), spec.writers(), spec.replication_factor());
    let pods = if *writers.get() == 1 { "1 pod takes".to_owned() } else { format!("{writers} pods take") };
    if !storage.is_s3() && (mode.get().is_scalable() || *writers.get() > 1) {
        let message = if mode.get().is_scalable() {
            "mode `SimpleScalable` needs a store, and logs are kept on volumes".to_owned()
        } else {
            format!("{writers} replicas cannot keep logs on volumes of their own")
        };
        let place = writers.origin().and(storage.kind.origin()).and(&loki.origin());
        return Some(SEVERAL_ON_VOLUMES.found(message).decided_at(place.spans(), ""));
    }
    let place = factor.origin().and(writers.origin());
    if factor > writers {
        let found = TOO_FEW_WRITERS.found(format!("{pods} logs, and the replication factor is {factor}"));
        return Some(found.decided_at(place.spans(), ""));
    }
    if *writers.get() > 1 && *factor.get() == 1 {
        let found = UNREPLICATED_WRITERS.found(format!("{pods} logs, and the replication factor is 1"));
        return Some(found.decided_at(place.spans(), ""));
    }
    None
}

fn retention(loki: &Loki) -> Option<Diagnostic> {
    let retention = loki.spec.retention();
    let short = (1..86_400_000).contains(&retention.get().milliseconds());
    let found = short.then(|| SHORT_RETENTION.found(format!("logs are kept for `{retention}`")))?;
    Some(found.decided_at(retention.origin().spans(), ""))
}

fn schema(loki: &Loki, storage: &Found<'_>) -> Vec<Diagnostic> {
    let periods = &loki.spec.schema;
    let mut found = Vec::new();
    for pair in periods.windows(2).filter(|pair| pair[0].from >= pair[1].from) {
        let message = format!("a period from `{}` stands behind one from `{}`", pair[1].from, pair[0].from);
        let place = pair[1].from.origin().and(pair[0].from.origin());
        found.push(SCHEMA_ORDER.found(message).decided_at(place.spans(), ""));
    }
    let in_use = storage.kind.get();
    let unmet = |(index, kind): (usize, &Traced<ObjectStore>)| {
        let last = index + 1 == periods.len();
        let fine = if last { kind.get() == in_use } else { storage.is_s3() || *kind.get() == ObjectStore::Filesystem };
        (!fine).then(|| {
            let role = if last { "the last period" } else { "a period" };
            let message = format!("{role} is in `{}`, and Loki stores in `{}`", kind.get().name(), in_use.name());
            let place = kind.origin().and(storage.kind.origin());
            SCHEMA_STORE.found(message).decided_at(place.spans(), "")
        })
    };
    found.extend(periods.iter().map(|period| &period.object_store).enumerate().filter_map(unmet));
    found
}

fn names(loki: &Loki, storage: &Found<'_>) -> Vec<Diagnostic> {
    let name = &loki.metadata.name;
    let mut found = Vec::new();
    let mode = loki.spec.mode();
    let longest = if mode.get().is_scalable() { LONGEST_SCALABLE } else { LONGEST };
    let length = name.get().as_str().len();
    if length > longest {
        let message = format!("`{name}` has {length} letters, and mode `{}` allows {longest}", mode.get().name());
        found.push(LONG_NAME.found(message).decided_at(name.origin().spans(), ""));
    }
    if storage.is_s3() && (loki.chunks_bucket().is_none() || loki.ruler_bucket().is_none()) {
        let message = format!("no bucket can be named after `{name}`");
        found.push(BUCKET_NAME.found(message).decided_at(name.origin().spans(), ""));
    }
    found
}

fn chart_version(loki: &Loki) -> Option<Diagnostic> {
    let version = loki.spec.chart_version.as_ref()?;
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = version.get().split('.').collect();
    let found = if parts.len() != 3 || !parts.iter().all(|part| number(part)) {
        INEXACT_CHART_VERSION.found(format!("`{version}` is not one version"))
    } else if parts[0] != versions::CHART_MAJOR {
        let message =
            format!("chart `{version}` is not of version {}, for which the values are", versions::CHART_MAJOR);
        OTHER_CHART_MAJOR.found(message)
    } else {
        return None;
    };
    Some(found.decided_at(version.origin().spans(), ""))
}

/// Returns the fields that another one makes idle.
fn idle(loki: &Loki, storage: &Found<'_>) -> Vec<Diagnostic> {
    let spec = &loki.spec;
    let mode = spec.mode();
    let place = |field: Option<&Origin>| field.cloned().unwrap_or_default();
    let mut idle: Vec<(&str, Origin, String, Origin)> = Vec::new();
    let of_mode = format!("in mode `{}`", mode.get().name());
    if mode.get().is_scalable() {
        idle.push(("replicas", place(spec.replicas.as_ref().map(Traced::origin)), of_mode, mode.origin().clone()));
    } else {
        for (name, target) in [("write", &spec.write), ("read", &spec.read), ("backend", &spec.backend)] {
            idle.push((name, target.written(), of_mode.clone(), mode.origin().clone()));
        }
    }
    if let Some(first) = spec.schema.first() {
        let from = place(spec.schema_from.as_ref().map(Traced::origin));
        idle.push(("schemaFrom", from, "beside `schema`".to_owned(), first.from.origin().clone()));
    }
    if !storage.is_s3() {
        let on_volume = || "where logs are kept on a volume".to_owned();
        let buckets = &spec.storage.buckets;
        for (name, field) in [
            ("storage.store", spec.storage.store.as_ref().map(Traced::origin)),
            ("storage.buckets.chunks", buckets.chunks.as_ref().map(Traced::origin)),
            ("storage.buckets.ruler", buckets.ruler.as_ref().map(Traced::origin)),
            ("storage.credentials.secretName", spec.storage.credentials.written()),
        ] {
            idle.push((name, place(field), on_volume(), storage.kind.origin().clone()));
        }
    }
    let written = idle.into_iter().filter(|(_, place, ..)| !place.is_empty());
    written
        .map(|(name, place, why, because)| {
            IDLE_FIELD.found(format!("`{name}` decides nothing {why}")).decided_at(place.and(&because).spans(), "")
        })
        .collect()
}
