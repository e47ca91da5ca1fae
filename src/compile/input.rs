//! What each file is for: variables or declarations, of all clusters or of one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Name;
use crate::source::{FileId, Source, Sources, Span};
use crate::value::{Map, Node, Origin, Value};
use crate::{variables, yaml};

pub(super) const RULES: &[Rule] =
    &[NOT_A_MAP, SEVERAL_VARIABLE_DOCUMENTS, CLUSTER_NAME, SEVERAL_CLUSTER_FILES, variables::TOML_SYNTAX];

const NOT_A_MAP: Rule = Rule::refusal(
    "input/not-a-map",
    "a document is no map",
    "Variables are names with values, and a declaration has fields.",
    "write `name: value`",
);

const SEVERAL_VARIABLE_DOCUMENTS: Rule = Rule::refusal(
    "input/several-variable-documents",
    "cluster.yaml holds variables in more than one document",
    "Which of two values for a variable holds must not depend on the order of documents.",
    "merge the documents, or give a declaration its `kind`",
);

const CLUSTER_NAME: Rule = Rule::refusal(
    "input/cluster-name",
    "a folder below `clusters/` has no name that a cluster can have",
    "The name becomes a folder of the output and part of paths that Flux reads.",
    "rename the folder: lower-case letters, digits and `-`",
);

const SEVERAL_CLUSTER_FILES: Rule = Rule::refusal(
    "input/several-cluster-files",
    "there is more than one file of variables in a folder",
    "Which of two values for a variable holds must not depend on the names of files.",
    "keep one of `cluster.yaml`, `cluster.yml` and `cluster.toml`",
);

/// Variables and documents of all clusters, or of one.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The variables.
    pub(super) variables: Map,
    /// The declarations, in no order that matters.
    pub(super) documents: Vec<Value>,
    /// The file of variables.
    variable_file: Option<(FileId, Option<Span>)>,
}

/// All that was read.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// What holds for every cluster.
    pub(super) shared: Part,
    /// The clusters by name with what is their own; a single one without a name where there is no fleet.
    pub(super) clusters: Vec<(Option<String>, Option<Part>)>,
    /// What is wrong with the texts.
    pub(super) problems: Vec<Diagnostic>,
    /// Places that must not be shown.
    pub(super) secrets: Vec<Span>,
}

/// What a file is for.
enum Purpose {
    Variables,
    Declarations,
}

/// Returns the cluster that the file `name` belongs to, and what it is for.
fn purpose(name: &str) -> Option<(Option<&str>, Purpose)> {
    let (cluster, rest) = match name.strip_prefix("clusters/").and_then(|rest| rest.split_once('/')) {
        Some((cluster, rest)) => (Some(cluster), rest),
        None => (None, name),
    };
    match rest {
        "cluster.yaml" | "cluster.yml" | "cluster.toml" => Some((cluster, Purpose::Variables)),
        _ if rest.starts_with("declarations/") => Some((cluster, Purpose::Declarations)),
        _ => None,
    }
}

/// Returns the names of the clusters of a fleet; none where there is no fleet.
pub(super) fn cluster_names(sources: &Sources) -> BTreeSet<&str> {
    sources.iter().filter_map(|(_, source)| purpose(source.name())?.0).collect()
}

/// Reads every file once.
pub(super) fn read(sources: &Sources) -> Input {
    let mut input = Input::default();
    let mut own: BTreeMap<String, Part> = BTreeMap::new();
    for (file, source) in sources.iter() {
        let Some((cluster, purpose)) = purpose(source.name()) else { continue };
        let part = match cluster {
            None => &mut input.shared,
            Some(name) => {
                if !own.contains_key(name)
                    && let Err(reason) = Name::parse(name)
                {
                    input.problems.push(CLUSTER_NAME.found(reason).at(Span::new(file, 0..0), ""));
                }
                own.entry(name.to_owned()).or_default()
            }
        };
        let (documents, problems) = documents(file, source);
        input.problems.extend(problems);
        for document in documents {
            part.add(file, document, &purpose, &mut input.problems);
        }
    }
    for part in std::iter::once(&input.shared).chain(own.values()) {
        part.documents.iter().for_each(|document| super::guard::hide(document, &mut input.secrets));
    }
    input.clusters = if own.is_empty() {
        vec![(None, None)]
    } else {
        own.into_iter().map(|(name, part)| (Some(name), Some(part))).collect()
    };
    input
}

fn documents(file: FileId, source: &Source) -> (Vec<Value>, Vec<Diagnostic>) {
    if source.name().rsplit('/').next() == Some("cluster.toml") && source.not_utf8_at().is_none() {
        let (value, problems) = variables::parse_toml(file, source);
        return (vec![value], problems);
    }
    let parsed = yaml::parse(file, source);
    (parsed.documents, parsed.diagnostics)
}

impl Part {
    fn add(&mut self, file: FileId, document: Value, purpose: &Purpose, problems: &mut Vec<Diagnostic>) {
        let place = first_line(&document);
        if let Purpose::Variables = purpose {
            match self.variable_file {
                Some((known, span)) if known != file => {
                    let found = SEVERAL_CLUSTER_FILES.found("there are two files of variables");
                    problems.push(place.iter().chain(&span).fold(found, |found, &span| found.at(span, "")));
                }
                _ => {}
            }
            self.variable_file.get_or_insert((file, place));
        }
        match (purpose, document.node) {
            (Purpose::Variables, Node::Map(map)) if map.get("kind").is_none() => {
                if !self.variables.is_empty() {
                    let found = SEVERAL_VARIABLE_DOCUMENTS.found("this is a second document of variables");
                    problems.push(found.decided_at(place.as_slice(), ""));
                }
                self.variables = variables::merge(std::mem::take(&mut self.variables), map);
            }
            (_, node @ Node::Map(_)) => self.documents.push(Value { node, origin: document.origin }),
            (_, node) => {
                let found = NOT_A_MAP.found(format!("expected a map, found {}", Value::new(node).kind_name()));
                problems.push(found.decided_at(place.as_slice(), ""));
            }
        }
    }
}

/// Returns the place to name a document by: its first key, not its whole text.
pub(super) fn first_line(document: &Value) -> Option<Span> {
    let first_key = document.as_map().and_then(|map| map.iter().next()).and_then(|entry| entry.key_span);
    first_key.or_else(|| document.origin.spans().first().copied())
}

/// Returns the origin that stands for a whole declaration: its `kind`, else its first line.
pub(super) fn declared(document: &Value) -> Origin {
    match document.get("kind").filter(|kind| !kind.origin.is_empty()) {
        Some(kind) => kind.origin.clone(),
        None => first_line(document).into_iter().collect(),
    }
}
