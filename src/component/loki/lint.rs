//! The rules that a `Loki` is held against.

use super::declaration::Mode;
use super::{Loki, versions};
use crate::component::release::{self, Idle, written};
use crate::component::{Context, Kept, StoreKind};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Traced;

pub(super) const RULES: &[Rule] = &[
    DEPRECATED_MODE,
    SEVERAL_ON_VOLUMES,
    TOO_FEW_WRITERS,
    UNREPLICATED_WRITERS,
    SHORT_RETENTION,
    SCHEMA_ORDER,
    SCHEMA_STORE,
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

/// What is longest behind the name: in the Service `NAME-query-scheduler-discovery` in the modes that have parts, else in the
/// Service `NAME-memberlist`, which is as long as the revision in a label of the StatefulSet `NAME`.
const LONGEST_IN_PARTS: &str = "-query-scheduler-discovery";
const LONGEST: &str = "-memberlist";

pub(super) fn lint(loki: &Loki, context: &Context) -> Vec<Diagnostic> {
    let kept = loki.kept(&context.offers);
    let mut found = Vec::new();
    found.extend(mode(loki));
    found.extend(replicas(loki, &kept));
    found.extend(retention(loki));
    found.extend(schema(loki, &kept));
    let mode = loki.spec.mode();
    let longest = if mode.get().is_in_parts() { LONGEST_IN_PARTS } else { LONGEST };
    found.extend(release::name(&loki.metadata, longest, &format!("mode `{}`", mode.get().name())));
    found.extend(loki.consumer().unnamed_bucket(&kept));
    found.extend(release::version(loki.spec.chart_version.as_ref(), versions::CHART_VERSION));
    found.extend(idle(loki, &kept));
    found
}

fn mode(loki: &Loki) -> Option<Diagnostic> {
    let mode = loki.spec.mode();
    let scalable = *mode.get() == Mode::SimpleScalable;
    let found = scalable.then(|| DEPRECATED_MODE.found("mode `SimpleScalable` is deprecated"))?;
    Some(found.decided_at(mode.origin().spans(), ""))
}

fn replicas(loki: &Loki, kept: &Kept<'_>) -> Option<Diagnostic> {
    let spec = &loki.spec;
    let (mode, writers, factor) = (spec.mode(), spec.writers(), spec.replication_factor());
    let pods = if *writers.get() == 1 { "1 pod takes".to_owned() } else { format!("{writers} pods take") };
    if !kept.is_s3() && (mode.get().is_in_parts() || *writers.get() > 1) {
        let message = if mode.get().is_in_parts() {
            format!("mode `{}` needs a store, and logs are kept on volumes", mode.get().name())
        } else {
            format!("{writers} replicas cannot keep logs on volumes of their own")
        };
        let place = writers.origin().and(kept.kind.origin()).and(&loki.origin());
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

fn schema(loki: &Loki, kept: &Kept<'_>) -> Vec<Diagnostic> {
    let periods = &loki.spec.schema;
    let mut found = Vec::new();
    for pair in periods.windows(2).filter(|pair| pair[0].from >= pair[1].from) {
        let message = format!("a period from `{}` stands behind one from `{}`", pair[1].from, pair[0].from);
        let place = pair[1].from.origin().and(pair[0].from.origin());
        found.push(SCHEMA_ORDER.found(message).decided_at(place.spans(), ""));
    }
    let in_use = kept.kind.get();
    let unmet = |(index, kind): (usize, &Traced<StoreKind>)| {
        let last = index + 1 == periods.len();
        let fine = if last { kind.get() == in_use } else { kept.is_s3() || *kind.get() == StoreKind::Filesystem };
        (!fine).then(|| {
            let role = if last { "the last period" } else { "a period" };
            let message = format!("{role} is in `{}`, and Loki stores in `{}`", kind.get().name(), in_use.name());
            let place = kind.origin().and(kept.kind.origin());
            SCHEMA_STORE.found(message).decided_at(place.spans(), "")
        })
    };
    found.extend(periods.iter().map(|period| &period.object_store).enumerate().filter_map(unmet));
    found
}

/// Returns the fields that another one makes idle.
fn idle(loki: &Loki, kept: &Kept<'_>) -> Vec<Diagnostic> {
    let spec = &loki.spec;
    let mode = spec.mode();
    let single = ("replicas", written(spec.replicas.as_ref()).filter(|_| mode.get().is_in_parts()));
    let parts = spec.parts();
    let others = parts.iter().filter(|part| part.mode != *mode.get());
    let others = others.filter_map(|part| Some((part.name, Some(part.target?.written()))));
    let of_mode = std::iter::once(single).chain(others).collect();
    let why = format!("in mode `{}`", mode.get().name());
    let mut found = Idle { why, because: mode.origin(), fields: of_mode }.found();
    if let Some(first) = spec.schema.first() {
        let fields = vec![("schemaFrom", written(spec.schema_from.as_ref()))];
        found.extend(Idle { why: "beside `schema`".to_owned(), because: first.from.origin(), fields }.found());
    }
    if !kept.is_s3() {
        let storage = &spec.storage;
        let fields = vec![
            ("storage.store", written(storage.store.as_ref())),
            ("storage.buckets.chunks", written(storage.buckets.chunks.as_ref())),
            ("storage.buckets.ruler", written(storage.buckets.ruler.as_ref())),
            ("storage.credentials.secretName", storage.credentials.written().cloned()),
        ];
        let why = "where logs are kept on a volume".to_owned();
        found.extend(Idle { why, because: kept.kind.origin(), fields }.found());
    }
    found
}
