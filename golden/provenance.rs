//! Every line that a variable decides claims it.
//!
//! Each variable of each project is changed in turn, deleted, and each switch that is not set is added. A line that
//! then differs must name the variable's place in cluster.yaml among its origins: the new line the new place, and the
//! line that went the old place.
#![expect(clippy::disallowed_macros, reason = "a test says what it did")]

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
}

use std::collections::BTreeMap;

use bayplan::component::KINDS;
use bayplan::source::{Source, Sources, Span};
use bayplan::tree::File;
use bayplan::value::{Map, Node};
use bayplan::{variables, yaml};
use common::projects::{self, ENGINES, Project, compile, delivered_by};
use similar::{Algorithm, DiffTag};

/// Values for switches that are not set, none of them the default. A new switch belongs here.
const SWITCHES: &[(&str, &str)] = &[
    ("minio_enabled", "true"),
    ("minio_storage_size", "75Gi"),
    ("minio_replicas", "8"),
    ("minio_volumes_per_server", "2"),
    ("minio_storage_class", "fast"),
    ("storage_class", "slow"),
    ("minio_root_user", "harbour"),
    ("minio_root_password", "\"#{ 'not' }# a real one\""),
    ("monitoring_enabled", "true"),
    ("loki_enabled", "true"),
    ("logs_retention", "31d"),
    ("logs_storage_size", "80Gi"),
    ("loki_deployment_mode", "SimpleScalable"),
    ("loki_s3_access_key", "harbour"),
    ("loki_s3_secret_key", "\"#{ 'not' }# a real one\""),
    ("tracing_enabled", "true"),
    ("tempo_storage_size", "80Gi"),
    ("tempo_s3_access_key", "harbour"),
    ("tempo_s3_secret_key", "\"#{ 'not' }# a real one\""),
    ("backups_enabled", "true"),
];

/// Other values for variables whose own cannot be varied by a rule.
const CHOICES: &[(&str, &[&str])] = &[
    ("token_setting", &["queue_limit"]),
    ("happens", &["delete"]),
    ("lock_mode", &["governance", "compliance"]),
    ("last_day", &["\"2032-06-02\""]),
    ("everybody", &["none", "download"]),
    ("loki_deployment_mode", &["SimpleScalable", "Monolithic", "SingleBinary"]),
    ("mode", &["monolithic", "distributed"]),
    ("loki_mode", &["SimpleScalable", "Distributed"]),
    ("outside", &["https://other.example.org/push"]),
    ("url", &["https://other.example.org/push", "http://prometheus.monitoring.svc:9090/other"]),
    ("address", &["kafka.kafka.svc:9093"]),
    ("since", &["\"2024-08-01\""]),
    ("cni", &["cilium", "kubernetes"]),
    ("policies", &["\"off\"", "enforce"]),
    ("network_policies_mode", &["\"off\"", "enforce", "audit"]),
    ("far", &["https://other.example.org"]),
    ("public", &["https://other.example.org"]),
    ("at", &["30 4 * * *"]),
    ("backups_kept", &["120h"]),
    ("server", &["docker.io/velero/velero:v1.18.1"]),
    ("plugin", &["docker.io/velero/velero-plugin-for-aws:v1.14.0"]),
    ("network", &["198.51.100.0/24"]),
    ("tls", &["auto", "certificate"]),
    ("store_mode", &["operator"]),
    ("apart", &["preferred"]),
    ("dashboards", &["grafanaDashboard"]),
    ("certified_by", &["kubernetes.io/tls", "cert-manager.io/v1"]),
    ("ingress_class", &["traefik"]),
    ("issuer_kind", &["ClusterIssuer"]),
    ("buckets", &["somebody"]),
    ("allowed", &["read", "readWriteDelete"]),
    ("flink_version", &["1.19.3", "2.2.0"]),
    ("confluent_version", &["1.19.2-cp2"]),
    ("distribution", &["apache"]),
    ("build_mode", &["rootless"]),
    ("build_image", &["example.org/mirror/buildkit:v0.28.0"]),
    ("cache_type", &["filesystem"]),
    ("cache_store", &["far"]),
    ("cache_mode", &["max"]),
    ("s3_plugin", &["image"]),
    ("scheme", &["s3"]),
    ("state_store", &["far"]),
    ("upgrade", &["last-state", "stateless"]),
    ("job_state", &["suspended"]),
    ("watched", &["other"]),
    ("vault_network", &["198.51.100.0/24"]),
    ("wanted", &["elsewhere/beyond"]),
    ("secrets_mode", &["existing", "externalSecrets", "sops"]),
    ("store_kind", &["ClusterSecretStore", "SecretStore"]),
    ("refresh", &["45m"]),
    ("separator", &["_"]),
    ("endpoint", &["https://garage.storage.svc:3901"]),
    ("engine", &["flux", "argocd"]),
];

/// Files whose lines have no origin: sums of others.
const WITHOUT_ORIGINS: &str = "/bayplan.sums";

/// A variable as it is written.
struct Variable {
    /// The file that it stands in.
    file: String,
    /// Its full name, `ingress.class`.
    name: String,
    /// Key and value.
    place: Span,
    /// The value alone.
    value: Span,
    node: Node,
}

#[test]
fn a_changed_variable_is_claimed() {
    let mut failures = Vec::new();
    let mut count = 0;
    for project in projects() {
        let before = trees(&project.sources);
        for variable in variables_of(&project.sources) {
            let mut others = candidates(&variable, &project.sources).into_iter().map(|text| {
                let sources = replaced(&project.sources, &variable.file, variable.value, &text);
                let fine = projects::errors(&compile(&sources), &sources).is_empty();
                (text, sources, fine)
            });
            // What others need cannot be switched off; even so, what then goes must claim it.
            let is_switch = matches!(variable.node, Node::Bool(_));
            let Some((text, sources, fine)) = others.find(|(_, _, fine)| *fine || is_switch) else {
                failures.push(format!("{}: no other value of {} compiles", project.name, variable.name));
                continue;
            };
            let title = format!("{}: {} in {} becomes {text}", project.name, variable.name, variable.file);
            let after = trees(&sources);
            let again = variables_of(&sources)
                .into_iter()
                .find(|again| again.name == variable.name && again.file == variable.file);
            let place = again.expect("the variable still stands there").place;
            let forth = if fine { unclaimed(&before, &after, place, &title, &mut failures) } else { 0 };
            let back = unclaimed(&after, &before, variable.place, &format!("{title} and back"), &mut failures);
            // A fixture may be about a variable that decides nothing, and another engine reads no settings of this one;
            // nobody else has one.
            let may_be_idle = project.name.starts_with("fixtures/") || project.name.contains(SWITCHED);
            if forth + back == 0 && !may_be_idle && before.keys().len() == after.keys().len() {
                failures.push(format!("{title}: nothing changes"));
            }
            count += 1;
        }
    }
    report(&failures, count);
}

#[test]
fn a_deleted_variable_was_claimed() {
    let mut failures = Vec::new();
    let mut count = 0;
    for project in projects() {
        let before = trees(&project.sources);
        for variable in variables_of(&project.sources) {
            let sources = replaced(&project.sources, &variable.file, variable.place, "");
            // A map whose last entry goes becomes null, and so another variable.
            if is_alone(&variable, &project.sources) {
                continue;
            }
            // What an expression reads cannot go.
            if projects::errors(&compile(&sources), &sources).is_empty() {
                let title = format!("{}: {} goes from {}", project.name, variable.name, variable.file);
                unclaimed(&trees(&sources), &before, variable.place, &title, &mut failures);
                count += 1;
            }
        }
    }
    report(&failures, count);
}

#[test]
fn an_added_switch_is_claimed() {
    let mut failures = Vec::new();
    let mut count = 0;
    for project in projects() {
        let before = trees(&project.sources);
        for (file, source) in project.sources.iter() {
            if !is_variables(source.name()) || is_toml(source.name()) {
                continue;
            }
            for switch in KINDS.iter().flat_map(|kind| kind.switches) {
                let value = SWITCHES.iter().find(|(name, _)| *name == switch.name).map(|(_, value)| *value);
                let value = value.unwrap_or_else(|| panic!("{} needs a line in SWITCHES", switch.name));
                let known = variables_of(&project.sources);
                if known.iter().any(|variable| variable.name == switch.name && variable.place.file == file) {
                    continue;
                }
                let sources =
                    with_text(&project.sources, source.name(), |text| format!("{}: {value}\n{text}", switch.name));
                if !projects::errors(&compile(&sources), &sources).is_empty() {
                    continue;
                }
                let place = Span::new(file, 0..switch.name.len() + 2 + value.len());
                let title = format!("{}: {}: {value} added to {}", project.name, switch.name, source.name());
                unclaimed(&before, &trees(&sources), place, &title, &mut failures);
                count += 1;
            }
        }
    }
    report(&failures, count);
}

/// A test that finds nothing wrong must be able to.
#[test]
fn a_line_without_its_origin_is_found() {
    let sources = Sources::new(vec![Source::new("cluster.yaml", b"minio_enabled: true\nminio_replicas: 4\n".to_vec())]);
    let changed = with_text(&sources, "cluster.yaml", |text| text.replace('4', "8"));
    let (before, after) = (trees(&sources), trees(&changed));
    let variable = variables_of(&changed).into_iter().find(|variable| variable.name == "minio_replicas");
    let place = variable.expect("it is set").place;
    let mut failures = Vec::new();
    assert!(unclaimed(&before, &after, place, "claimed", &mut failures) > 0);
    assert_eq!(failures, Vec::<String>::new());
    let elsewhere = Span::new(place.file, 0..1);
    unclaimed(&before, &after, elsewhere, "not claimed", &mut failures);
    assert!(!failures.is_empty());
}

/// What stands in the names of projects that another engine delivers than they say.
const SWITCHED: &str = " by ";

/// Returns the projects as they are, and the larger ones by every engine that can deliver them.
fn projects() -> impl Iterator<Item = Project> {
    let switched = ENGINES.into_iter().flat_map(|engine| {
        let named =
            move |project: Project| Project { name: format!("{}{SWITCHED}{engine:?}", project.name), ..project };
        delivered_by(engine).into_iter().filter(|project| !project.name.starts_with("fixtures/")).map(named)
    });
    let own: Vec<_> = projects::projects();
    let texts = |project: &Project| {
        project
            .sources
            .iter()
            .map(|(_, source)| (source.name().to_owned(), source.text().to_owned()))
            .collect::<Vec<_>>()
    };
    let known: Vec<_> = own.iter().map(texts).collect();
    let same = |project: &Project| known.contains(&texts(project));
    let switched: Vec<_> = switched.filter(|project| !same(project)).collect();
    own.into_iter().chain(switched)
}

#[track_caller]
fn report(failures: &[String], count: usize) {
    assert!(failures.is_empty(), "{} failures of {count} changes:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 0, "nothing was changed");
    eprintln!("{count} changes, every line claimed");
}

fn is_variables(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    matches!(file, "cluster.yaml" | "cluster.yml" | "cluster.toml") && !name.contains("declarations/")
}

fn is_toml(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|end| end == "toml")
}

/// Returns all files of all clusters, the sums left out.
fn trees(sources: &Sources) -> BTreeMap<String, File> {
    let clusters = compile(sources).clusters;
    let files = clusters.into_iter().flat_map(|cluster| {
        cluster.tree.iter().map(|(path, file)| (path.to_string(), file.clone())).collect::<Vec<_>>()
    });
    files.filter(|(path, _)| !path.ends_with(WITHOUT_ORIGINS)).collect()
}

/// Returns the variables of all files, leaves only.
fn variables_of(sources: &Sources) -> Vec<Variable> {
    let mut found = Vec::new();
    for (file, source) in sources.iter().filter(|(_, source)| is_variables(source.name())) {
        let documents = if is_toml(source.name()) {
            vec![variables::parse_toml(file, source).0]
        } else {
            yaml::parse(file, source).documents
        };
        for document in documents {
            if let Some(map) = document.as_map().filter(|map| map.get("kind").is_none()) {
                leaves(source.name(), "", map, &mut found);
            }
        }
    }
    found
}

/// Whether the variable is the only one of the map that it stands in.
fn is_alone(variable: &Variable, sources: &Sources) -> bool {
    let Some((map, _)) = variable.name.rsplit_once('.') else { return false };
    let inside = |other: &Variable| other.file == variable.file && other.name.starts_with(&format!("{map}."));
    variables_of(sources).into_iter().filter(inside).count() == 1
}

fn leaves(file: &str, prefix: &str, map: &Map, found: &mut Vec<Variable>) {
    for entry in map {
        let name = format!("{prefix}{}", entry.key);
        match &entry.value.node {
            Node::Map(inner) => leaves(file, &format!("{name}."), inner, found),
            node => {
                let (Some(key), Some(&value)) = (entry.key_span, entry.value.origin.spans().first()) else { continue };
                // An alias stands elsewhere.
                if key.start < value.start {
                    let place = Span::new(key.file, key.range().start..value.range().end);
                    found.push(Variable { file: file.to_owned(), name, place, value, node: node.clone() });
                }
            }
        }
    }
}

/// Returns texts that may stand for another valid value, the likeliest first.
fn candidates(variable: &Variable, sources: &Sources) -> Vec<String> {
    let text = &sources.get(variable.value.file).text()[variable.value.range()];
    if let Some((_, choices)) = CHOICES.iter().find(|(name, _)| *name == variable.name) {
        return choices.iter().filter(|choice| **choice != text).map(ToString::to_string).collect();
    }
    match &variable.node {
        Node::Bool(truth) => vec![(!truth).to_string()],
        Node::Int(number) => [4, 1, 8, -1].map(|more| (number + more).to_string()).to_vec(),
        Node::String(_) => {
            let (open, inner, close) = match text.as_bytes() {
                [quote @ (b'"' | b'\''), .., end] if quote == end => (&text[..1], &text[1..text.len() - 1], &text[..1]),
                _ => ("", text, ""),
            };
            // In front of a quantity or a duration a digit makes another one; behind a name a letter does.
            let mut all = vec![
                format!("{open}{inner}x{close}"),
                format!("{open}1{inner}{close}"),
                text.replace("#{ ", "#{ 1 + "),
            ];
            if inner.starts_with(|first: char| first.is_ascii_digit()) {
                all.swap(0, 1);
            }
            all.retain(|other| other != text);
            all
        }
        Node::List(_) | Node::Map(_) | Node::Float(_) | Node::Null => Vec::new(),
    }
}

fn replaced(sources: &Sources, file: &str, place: Span, by: &str) -> Sources {
    with_text(sources, file, |text| format!("{}{by}{}", &text[..place.range().start], &text[place.range().end..]))
}

fn with_text(sources: &Sources, file: &str, change: impl Fn(&str) -> String) -> Sources {
    let text = |source: &Source| {
        if source.name() == file { change(source.text()) } else { source.text().to_owned() }.into_bytes()
    };
    Sources::new(sources.iter().map(|(_, source)| Source::new(source.name(), text(source))).collect())
}

/// Finds the lines of `after` that do not claim `place` and do not stand, in their order, in `before`. Of equal lines any
/// may be the new one. Returns how many files differ.
fn unclaimed(
    before: &BTreeMap<String, File>,
    after: &BTreeMap<String, File>,
    place: Span,
    title: &str,
    failures: &mut Vec<String>,
) -> usize {
    let mut count = 0;
    for (path, file) in after {
        let old = before.get(path).map_or("", |file| file.text.as_str());
        if old == file.text.as_str() || is_reordered(old, &file.text) {
            continue;
        }
        count += 1;
        let old: Vec<_> = old.lines().collect();
        let origins = file.origins();
        let claims = |at: usize| origins[at].spans().iter().any(|&span| place.covers(span));
        let others: Vec<_> = file.text.lines().enumerate().filter(|(at, _)| !claims(*at)).collect();
        let texts: Vec<_> = others.iter().map(|(_, line)| *line).collect();
        for op in similar::capture_diff_slices(Algorithm::Myers, &old, &texts) {
            if op.tag() != DiffTag::Equal {
                let lines = others[op.new_range()].iter();
                failures.extend(lines.map(|(at, line)| format!("{title}: {path}:{}: {line}", at + 1)));
            }
        }
    }
    count
}

fn is_reordered(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    sorted(a) == sorted(b)
}
