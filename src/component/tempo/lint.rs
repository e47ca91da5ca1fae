//! The rules that a `Tempo` is held against.

use super::Tempo;
use super::declaration::Mode;
use crate::component::release::{self, Idle, written};
use crate::component::{Context, Kept, network};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Origin;

pub(super) const RULES: &[Rule] =
    &[NO_KAFKA, DISTRIBUTED_ON_VOLUMES, NO_PERSISTENCE, NO_RETENTION, VERSION_OF_OTHER_CHART];

const NO_KAFKA: Rule = Rule::refusal(
    "tempo/no-kafka",
    "the mode is distributed, and there is no Kafka",
    "Its parts hand traces to each other by a Kafka alone: the chart refuses to render without its address.",
    "set `kafka.address`, or use the mode `monolithic`, which needs none",
);

const DISTRIBUTED_ON_VOLUMES: Rule = Rule::error(
    "tempo/distributed-on-volumes",
    "the mode is distributed, and traces are kept on volumes",
    "No pod could read what another one wrote.",
    "keep the traces in a store, or use the mode `monolithic`",
);

const NO_PERSISTENCE: Rule = Rule::warning(
    "tempo/no-persistence",
    "the pod has no volume",
    "A restart loses the traces of the last minutes, or all of them where they are kept nowhere else.",
    "leave `persistence` at true",
);

const NO_RETENTION: Rule = Rule::error(
    "tempo/no-retention",
    "traces are kept for no time at all",
    "Tempo deletes every block that is older: `0` is not for ever.",
    "keep traces for the time in which somebody looks at them, `14d` say",
);

const VERSION_OF_OTHER_CHART: Rule = Rule::error(
    "tempo/version-of-other-chart",
    "the version of Tempo has another major version than the one that the chart runs",
    "The chart starts it with flags and a configuration that it does not know: it does not start.",
    "use a version that the chart runs, or change the mode",
);

/// What is longest behind the name: the revision in the label of a StatefulSet's pods, whose own name in mode
/// `distributed` is `NAME-backend-scheduler`.
const LONGEST: &str = "-0123456789";
const LONGEST_DISTRIBUTED: &str = "-backend-scheduler-0123456789";

pub(super) fn lint(tempo: &Tempo, context: &Context) -> Vec<Diagnostic> {
    let kept = tempo.kept(&context.offers);
    let (spec, mode, policies) = (&tempo.spec, tempo.spec.mode(), context.project.policies());
    let longest = if mode.get().is_distributed() { LONGEST_DISTRIBUTED } else { LONGEST };
    let mut found = Vec::new();
    match mode.get() {
        Mode::Monolithic => found.extend(persistence(tempo)),
        Mode::Distributed => found.extend(distributed(tempo, &kept)),
    }
    found.extend(retention(tempo));
    found.extend(version(tempo));
    found.extend(release::version(spec.chart_version.as_ref(), mode.get().chart().version));
    found.extend(release::name(&tempo.metadata, longest, &format!("mode `{}`", mode.get().name())));
    found.extend(tempo.consumer().unnamed_bucket(&kept));
    if let Some(kafka) = spec.kafka.as_ref().filter(|_| mode.get().is_distributed()) {
        found.extend(network::unknown_pods(&kafka.host_and_port().0, kafka.pods.as_ref(), &policies));
    }
    if let Some(generator) = &spec.metrics_generator {
        found.extend(network::unknown_pods(&generator.host_and_port().0, generator.pods.as_ref(), &policies));
    }
    found.extend(idle(tempo, &kept));
    found
}

fn distributed(tempo: &Tempo, kept: &Kept<'_>) -> Vec<Diagnostic> {
    let mode = tempo.spec.mode();
    let mut found = Vec::new();
    if tempo.spec.kafka.is_none() {
        found.push(NO_KAFKA.found("mode `distributed` has no `kafka`").decided_at(mode.origin().spans(), ""));
    }
    if !kept.is_s3() {
        let place = mode.origin().and(kept.kind.origin());
        let message = "mode `distributed` needs a store, and traces are kept on volumes";
        found.push(DISTRIBUTED_ON_VOLUMES.found(message).decided_at(place.spans(), ""));
    }
    found
}

fn persistence(tempo: &Tempo) -> Option<Diagnostic> {
    let persistence = tempo.spec.persistence();
    let found = (!persistence.get()).then(|| NO_PERSISTENCE.found("`persistence` is off"))?;
    Some(found.decided_at(persistence.origin().spans(), ""))
}

fn retention(tempo: &Tempo) -> Option<Diagnostic> {
    let retention = tempo.spec.retention();
    let none = retention.get().milliseconds() == 0;
    let found = none.then(|| NO_RETENTION.found(format!("a retention of `{retention}` deletes every trace")))?;
    Some(found.decided_at(retention.origin().spans(), ""))
}

/// Holds the version of Tempo against the chart that is in use: one of another major version runs another Tempo.
fn version(tempo: &Tempo) -> Option<Diagnostic> {
    let (spec, mode) = (&tempo.spec, tempo.spec.mode());
    let version = spec.version.as_ref()?;
    let chart = mode.get().chart();
    let major = |version: &str| version.trim_start_matches('v').split('.').next().unwrap_or_default().to_owned();
    let in_use = spec.chart_version();
    if major(in_use.get()) != major(chart.version) || major(version.get()) == chart.runs {
        return None;
    }
    let message =
        format!("chart `{}` `{in_use}` runs Tempo {}, and the version is `{version}`", chart.name, chart.runs);
    let place = version.origin().and(mode.origin()).and(in_use.origin());
    Some(VERSION_OF_OTHER_CHART.found(message).decided_at(place.spans(), ""))
}

/// Returns the fields that another one makes idle.
fn idle(tempo: &Tempo, kept: &Kept<'_>) -> Vec<Diagnostic> {
    let (spec, mode) = (&tempo.spec, tempo.spec.mode());
    let persistence = spec.persistence();
    let of_volume =
        vec![("size", written(spec.size.as_ref())), ("storageClassName", written(spec.storage_class_name.as_ref()))];
    let (mut of_mode, mut of_persistence) = (Vec::new(), Vec::new());
    if mode.get().is_distributed() {
        of_mode.push(("persistence", written(spec.persistence.as_ref())));
        of_mode.extend(of_volume);
    } else {
        of_mode.push(("kafka", spec.kafka.as_ref().map(|kafka| kafka.address.origin().clone())));
        of_mode.push(("replicas", Some(spec.replicas.written())));
        of_persistence.extend(of_volume.into_iter().filter(|_| !persistence.get()));
    }
    let why = format!("in mode `{}`", mode.get().name());
    let mut found = Idle { why, because: mode.origin(), fields: of_mode }.found();
    let why = "without a volume".to_owned();
    found.extend(Idle { why, because: persistence.origin(), fields: of_persistence }.found());
    if !kept.is_s3() {
        let storage = &spec.storage;
        let fields = vec![
            ("storage.store", written(storage.store.as_ref())),
            ("storage.bucket", written(storage.bucket.as_ref())),
            ("storage.credentials.secretName", storage.credentials.written().cloned()),
        ];
        let why = "where traces are kept on a volume".to_owned();
        found.extend(Idle { why, because: kept.kind.origin(), fields }.found());
    }
    let beside = [
        ("kafka.addresses", spec.kafka.as_ref().map(|kafka| (&kafka.pods, &kafka.addresses))),
        ("metricsGenerator.addresses", spec.metrics_generator.as_ref().map(|it| (&it.pods, &it.addresses))),
    ];
    for (name, (_, addresses)) in
        beside.into_iter().filter_map(|(name, it)| Some((name, it.filter(|it| it.0.is_some())?)))
    {
        let fields = vec![(name, addresses.first().map(|address| address.origin().clone()))];
        found.extend(Idle { why: "beside `pods`".to_owned(), because: &Origin::default(), fields }.found());
    }
    found
}
