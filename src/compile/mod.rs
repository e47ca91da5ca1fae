//! Text in, tree out: the whole compile as one pure function that never fails, prints or panics.

mod cluster;
mod expand;
mod guard;
mod input;
mod operators;
mod unused;

pub use expand::{Expanded, expand};
pub use operators::Operators;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Diagnostics, Rule, Severity};
use crate::source::{Sources, Span};
use crate::tree::{Model, Tree, TreePath};
use crate::yaml;

/// The folder of the output, below the project.
const OUTPUT: &str = "kubernetes";

/// What to compile, and how much to remember.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this cluster of a fleet.
    pub cluster: Option<String>,
    /// Whether each file keeps what tells who decided its lines.
    pub keep_origins: bool,
}

/// What an input stands for, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Compiled<C = Cluster> {
    /// The clusters by name, or what became of them; a single one without a name where there is no fleet.
    pub clusters: Vec<C>,
    /// Everything that was found, in the order of places.
    pub diagnostics: Diagnostics,
    /// Places in the sources that must not be shown.
    pub secrets: Vec<Span>,
}

/// The tree of one cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name in a fleet.
    pub name: Option<String>,
    /// The folder of its output, `kubernetes` or `kubernetes/NAME`.
    pub root: TreePath,
    /// Its files; their paths begin with `root`.
    pub tree: Tree,
    /// The operators that will act on what is in them.
    pub operators: Operators,
}

/// Compiles all clusters, in parallel; shared files are read once.
#[must_use]
pub fn compile(sources: &Sources, options: &Options) -> Compiled {
    compile_each(sources, options, |cluster| cluster)
}

/// Does the same as [`compile`], and hands each cluster on as soon as it is made: `each` may let go of most of it before
/// the next one takes the memory.
#[must_use]
pub fn compile_each<C: Send>(sources: &Sources, options: &Options, each: impl Fn(Cluster) -> C + Sync) -> Compiled<C> {
    let input = input::read(sources);
    let readable = !input.problems.iter().any(|problem| problem.severity == Severity::Error);
    let mut found = input.problems;
    let mut secrets = input.secrets;
    let wanted: Vec<_> = input
        .clusters
        .iter()
        .filter(|(name, _)| options.cluster.as_ref().is_none_or(|wanted| name.as_ref() == Some(wanted)))
        .collect();
    let model = (!options.keep_origins).then(Model::default);
    let made: Vec<_> = wanted
        .par_iter()
        .map(|(name, own)| {
            cluster::compile(sources, name.as_deref(), &input.shared, own.as_ref(), model.as_ref()).then(&each)
        })
        .collect();

    let mut clusters = Vec::new();
    let mut read = BTreeSet::new();
    for made in made {
        found.extend(made.problems);
        secrets.extend(made.secrets);
        read.extend(made.read);
        clusters.push(made.cluster);
    }
    // What one cluster of a fleet does not read, another one may; and so may a text that cannot be read.
    if options.cluster.is_none() && readable {
        let all = std::iter::once(&input.shared).chain(input.clusters.iter().filter_map(|(_, own)| own.as_ref()));
        found.extend(unused::find(all, &read));
    }
    secrets.sort();
    secrets.dedup();
    leave_disputed(&mut found);
    Compiled { clusters, diagnostics: Diagnostics::new(found), secrets }
}

/// Leaves what readers dispute at being told as such: of what type it is to one of them is no second mistake.
fn leave_disputed(found: &mut Vec<Diagnostic>) {
    let place = |one: &Diagnostic| one.labels.first().map(|label| label.span);
    let told = found.iter().filter(|one| one.code == yaml::AMBIGUOUS_SCALAR.code);
    let disputed: BTreeSet<_> = told.filter_map(place).collect();
    found.retain(|one| !one.code.starts_with("shape/") || !place(one).is_some_and(|span| disputed.contains(&span)));
}

/// Returns the folders of the output of all clusters in `sources`.
#[must_use]
pub fn roots(sources: &Sources) -> Vec<TreePath> {
    let names = input::cluster_names(sources);
    if names.is_empty() {
        root(None).into_iter().collect()
    } else {
        names.into_iter().filter_map(|name| root(Some(name))).collect()
    }
}

/// Returns the folder of the output of a cluster, where its name makes a path.
fn root(cluster: Option<&str>) -> Option<TreePath> {
    match cluster {
        None => TreePath::parse(OUTPUT),
        Some(name) => TreePath::parse([OUTPUT, "/", name].concat()),
    }
}

/// The rules of this step.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    input::RULES.iter().chain(cluster::RULES).chain(guard::RULES)
}
