//! The rules that a `Flink` is held against.

mod keys;
mod version;

use super::declaration::{Operator, Plugin, UpgradeMode};
use super::{Flink, pods, storage, versions};
use crate::component::release::{self, Idle, written};
use crate::component::{Connection, Context, unnamed_bucket};
use crate::diagnostic::{Diagnostic, Rule};

pub(super) const RULES: &[Rule] = &[
    version::UNKNOWN,
    version::INEXACT,
    version::UNSUPPORTED,
    version::MISMATCH,
    keys::CREDENTIALS,
    keys::UNEXPANDED,
    keys::OWN,
    keys::MEANINGLESS,
    keys::RENAMED,
    keys::REMOVED,
    keys::TOO_NEW,
    PLUGIN_SCHEME,
    REMOTE_JAR,
    NO_HIGH_AVAILABILITY,
    NO_CHECKPOINTS,
    NAME,
    OWN_VARIABLE,
    UNWATCHED,
    NO_REST_CLASS,
];

const PLUGIN_SCHEME: Rule = Rule::error(
    "flink/plugin-scheme",
    "the plugin does not serve the scheme",
    "Flink finds no file system for the scheme, and no job starts.",
    "use `s3`, which every plugin serves, or `s3a` with the plugin of Hadoop, or `s3p` with that of Presto",
);

const REMOTE_JAR: Rule = Rule::error(
    "flink/remote-jar",
    "the job's jar is not in the image",
    "Before version 1.19 Flink runs a job from its image alone.",
    "put the jar into the image and name it as `local:///…`, or use Flink 1.19 or later",
);

const NO_HIGH_AVAILABILITY: Rule = Rule::refusal(
    "flink/no-high-availability",
    "something needs high availability, and it is off",
    "The operator refuses the resource: nothing would remember the last checkpoint, or who leads.",
    "delete `highAvailability: false`, or set it to true",
);

const NO_CHECKPOINTS: Rule = Rule::error(
    "flink/no-checkpoints",
    "the time between two checkpoints is too short",
    "Flink takes 0 for none at all, so that a job begins anew after each failure, and refuses what is below 10 ms.",
    "set `checkpoints.interval` to some seconds or minutes",
);

const NAME: Rule = Rule::refusal(
    "flink/invalid-name",
    "whoever runs the Flink does not take its name",
    "The operator refuses names with more than 45 letters or a digit in front, and Confluent Manager those with less than 4 letters.",
    "use another name",
);

const OWN_VARIABLE: Rule = Rule::error(
    "flink/own-variable",
    "a variable of the pods is set twice",
    "The later one wins, and the pods lose their credentials or their plugin.",
    "delete it; the Secret is named in `storage.credentials`, the plugin in `storage.plugin`",
);

const UNWATCHED: Rule = Rule::error(
    "flink/unwatched-namespace",
    "the operator does not look after the namespace",
    "Nothing would ever become of the FlinkDeployment.",
    "add the namespace to `operator.watchNamespaces`, or delete the list: the operator then looks after all",
);

const NO_REST_CLASS: Rule = Rule::warning(
    "flink/no-rest-class",
    "no CMFRestClass is known",
    "Confluent for Kubernetes reaches Confluent Manager for Apache Flink by one; without it nothing becomes of the resources.",
    "name it in `confluent.restClass`, or declare it in `externals` of the `Project`",
);

/// The longest name that the operator takes.
/// Source: apache/flink-kubernetes-operator, `DefaultValidator.validateDeploymentName`.
const LONGEST: usize = 45;
/// The shortest one that Confluent Manager takes, by its reference.
const SHORTEST_OF_CONFLUENT: usize = 4;
/// Flink takes nothing shorter.
const SHORTEST_INTERVAL: u64 = 10;

pub(super) fn lint(flink: &Flink, context: &Context) -> Vec<Diagnostic> {
    let mut found = version::lint(flink);
    found.extend(keys::lint(flink, context));
    found.extend(state(flink));
    found.extend(job(flink));
    found.extend(names(flink));
    found.extend(pods_of(flink));
    found.extend(operators(flink, context));
    found.extend(idle(flink));
    found
}

fn state(flink: &Flink) -> Vec<Diagnostic> {
    let spec = &flink.spec;
    let mut found = Vec::new();
    let (plugin, scheme) = (&spec.storage.plugin, &spec.storage.scheme);
    if !plugin.get().serves(*scheme.get()) {
        let name = if *plugin.get() == Plugin::Hadoop { "Hadoop" } else { "Presto" };
        let message = format!("the plugin of {name} does not serve `{}://`", scheme.get().name());
        found.push(PLUGIN_SCHEME.found(message).decided_at(scheme.origin().and(plugin.origin()).spans(), ""));
    }
    let interval = flink.interval();
    if interval.get().milliseconds() < SHORTEST_INTERVAL {
        let message = format!("a checkpoint every `{interval}` is none at all");
        found.push(NO_CHECKPOINTS.found(message).decided_at(interval.origin().spans(), ""));
    }
    let available = spec.high_availability();
    if *available.get() {
        return found;
    }
    if let Some(job) = spec.job.as_ref().filter(|job| *job.upgrade_mode.get() == UpgradeMode::LastState) {
        let message = "upgrades from the `last-state` need high availability";
        let place = available.origin().and(job.upgrade_mode.origin());
        found.push(NO_HIGH_AVAILABILITY.found(message).decided_at(place.spans(), ""));
    }
    if let Some(replicas) = spec.job_manager.replicas.as_ref().filter(|replicas| *replicas.get() > 1) {
        let message = format!("{replicas} job managers need high availability");
        let place = replicas.origin().and(available.origin());
        found.push(NO_HIGH_AVAILABILITY.found(message).decided_at(place.spans(), ""));
    }
    found
}

fn job(flink: &Flink) -> Option<Diagnostic> {
    let job = flink.spec.job.as_ref()?;
    let version = flink.version()?;
    let old = version.get().minor < (1, 19) && !job.jar_uri.get().starts_with("local://");
    let message = || format!("Flink {} does not fetch `{}`", version.get().exact, job.jar_uri);
    let place = job.jar_uri.origin().and(version.origin());
    old.then(|| REMOTE_JAR.found(message()).decided_at(place.spans(), ""))
}

fn names(flink: &Flink) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let name = &flink.metadata.name;
    let text = name.get().as_str();
    let problem = if text.len() > LONGEST {
        Some(format!("`{name}` has {} letters, and the operator takes {LONGEST}", text.len()))
    } else if text.starts_with(|first: char| first.is_ascii_digit()) {
        Some(format!("`{name}` begins with a digit"))
    } else if flink.spec.is_confluent() && text.len() < SHORTEST_OF_CONFLUENT {
        Some(format!("`{name}` has {} letters, and Confluent Manager wants {SHORTEST_OF_CONFLUENT}", text.len()))
    } else {
        None
    };
    let place = name.origin().and(flink.spec.distribution.origin());
    found.extend(problem.map(|message| NAME.found(message).decided_at(place.spans(), "")));
    found.extend(flink.bucket().is_none().then(|| unnamed_bucket(&flink.metadata)));
    found
}

fn pods_of(flink: &Flink) -> Vec<Diagnostic> {
    let mut found: Vec<_> = flink.spec.connections.iter().filter_map(Connection::lint).collect();
    for variable in &flink.spec.env {
        let Some(name) = variable.value().get("name") else { continue };
        let is_own = |name: &&str| [pods::PLUGINS, storage::ACCESS_KEY, storage::SECRET_KEY].contains(name);
        if let Some(text) = name.as_str().filter(is_own) {
            let found_here = OWN_VARIABLE.found(format!("`{text}` is set already"));
            found.push(found_here.decided_at(name.origin.spans(), ""));
        }
    }
    found
}

fn operators(flink: &Flink, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let spec = &flink.spec;
    if spec.is_confluent() {
        let externals = context.project.externals();
        let known = externals.iter().any(|external| external.kind.get() == "CMFRestClass");
        if spec.confluent.rest_class.is_none() && !known {
            let message = format!("nothing says by which CMFRestClass `{}` is reached", flink.metadata.name());
            found.push(NO_REST_CLASS.found(message).decided_at(spec.distribution.origin().spans(), ""));
        }
        return found;
    }
    let Operator { watch_namespaces, chart_version, .. } = &spec.operator;
    let namespace = &flink.metadata.namespace;
    if let Some(first) = watch_namespaces.first().filter(|_| !watch_namespaces.contains(namespace)) {
        let message = format!("the operator does not look after `{namespace}`");
        let place = namespace.origin().and(first.origin());
        found.push(UNWATCHED.found(message).decided_at(place.spans(), ""));
    }
    found.extend(release::version(chart_version.as_ref(), versions::OPERATOR_VERSION));
    found
}

/// Returns the fields that another one makes idle.
fn idle(flink: &Flink) -> Vec<Diagnostic> {
    let spec = &flink.spec;
    let (operator, confluent, install) = (&spec.operator, &spec.confluent, spec.operator.install());
    let chart = || {
        vec![
            ("operator.chartVersion", written(operator.chart_version.as_ref())),
            ("operator.webhook", written(operator.webhook.as_ref())),
            ("operator.namespace", written(operator.namespace.as_ref())),
        ]
    };
    let because = spec.distribution.origin();
    if spec.is_confluent() {
        let mut fields = chart();
        fields.push(("operator.install", written(operator.install.as_ref())));
        fields.push(("operator.watchNamespaces", written(operator.watch_namespaces.first())));
        return Idle { why: "where the distribution is `confluent`".to_owned(), because, fields }.found();
    }
    let class = confluent.rest_class.as_ref();
    let fields = vec![
        ("confluent.environment", written(confluent.environment.as_ref())),
        ("confluent.restClass", written(class.map(|class| &class.name))),
    ];
    let mut found = Idle { why: "where the distribution is `apache`".to_owned(), because, fields }.found();
    // The namespaces that somebody else's operator looks after are worth to be known.
    if !install.get() {
        let why = "where somebody else installs the operator".to_owned();
        found.extend(Idle { why, because: install.origin(), fields: chart() }.found());
    }
    found
}
