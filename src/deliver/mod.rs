//! How a tree is laid out for its consumer: the engine gives each part its form and each stage its place, all else is
//! common.

mod able;
mod annotations;
mod argocd;
mod bare;
mod flux;
mod layout;
mod lines;
mod namespaces;
mod plain;
mod references;
mod run_once;
mod secrets;
mod secrets_list;
mod waves;
mod writer;

pub(crate) use bare::bare_objects;

use crate::component::{App, ByHand, Chart, NeededSecret, Part};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Object, ObjectId};
use crate::project::{self, Mode, Project};
use crate::tree::{Model, Tree};
use crate::value::{Origin, Value};
use layout::Layout;
use writer::Writer;

/// Returns the rules about delivery and the tree as a whole.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    project::DELIVER_RULES.iter().chain(able::RULES).chain(layout::RULES).chain(secrets::RULES)
}

/// Returns the engine that delivers the tree of `cluster`.
fn engine(project: &Project, cluster: Option<&str>) -> Box<dyn Engine> {
    match project.deliver().mode().get() {
        Mode::Flux => Box::new(flux::Flux::new(project, cluster)),
        Mode::ArgoCd => Box::new(argocd::ArgoCd::new(project, cluster)),
        Mode::Plain => Box::new(plain::Plain),
    }
}

/// What is an engine's own.
trait Engine {
    /// Returns the forms of the parts of one app, in their order. The `model` knows what others have computed.
    fn forms(&self, parts: Vec<Part>, model: Option<&Model>) -> Vec<Form>;

    /// Marks an object so that it stays in the cluster when it goes from git, because of `because`. What somebody wrote
    /// about that himself holds.
    fn keep(&self, object: &mut Value, because: &Origin);

    /// Returns the namespace that the engine itself lives in, which is there before the tree is.
    fn home(&self) -> Option<&str>;

    /// Whether it rolls out charts.
    fn applies_charts(&self) -> bool {
        true
    }

    /// Whether it decrypts what SOPS encrypted.
    fn decrypts(&self) -> bool {
        true
    }

    /// Returns the name of the other engine that an object is for.
    fn other(&self, _object: &ObjectId) -> Option<&'static str> {
        None
    }

    /// Writes the folders of the stages and of the Namespaces, and what a person points the engine at.
    fn write(&self, writer: &mut Writer<'_>, layout: &mut Layout);
}

/// What a part becomes.
enum Form {
    /// An object in a file of the stage, named otherwise than the object where a name is told.
    Object(Value, Option<String>),
    /// A chart that the stage itself asks for.
    Chart(Chart),
    /// An object that an operator makes.
    Known(Value),
}

/// What is delivered to one cluster.
pub(crate) struct Delivery {
    /// The apps, each with the declaration that it stems from.
    pub(crate) apps: Vec<(App, Origin)>,
    /// Objects that are written as they are.
    pub(crate) raw: Vec<Object>,
    /// The Secrets that somebody makes.
    pub(crate) secrets: Vec<NeededSecret>,
    /// What somebody makes in stores.
    pub(crate) by_hand: Vec<ByHand>,
}

/// Returns the tree of one cluster below `root` (`kubernetes`, `kubernetes/alpha`).
pub(crate) fn lay_out(
    root: &str,
    cluster: Option<&str>,
    project: &Project,
    mut delivery: Delivery,
    model: Option<&Model>,
    problems: &mut Vec<Diagnostic>,
) -> Tree {
    let engine = engine(project, cluster);
    secrets::roll(&mut delivery.apps, &delivery.secrets, project);
    let mut layout = layout::lay_out(&*engine, delivery.apps, delivery.raw, model, problems);
    let left = secrets::add(&delivery.secrets, &delivery.by_hand, project, &mut layout, problems);
    able::check(&*engine, &layout, project, problems);
    // Who chooses the engine decides every line that another one would write otherwise.
    let mut writer = Writer::new(root, project.deliver().mode().origin().clone(), model);
    if layout.is_empty() {
        return writer.tree;
    }
    let list = secrets_list::write(&delivery.secrets, &left, &delivery.by_hand, &layout, project, &*engine);
    if let Some(list) = list {
        writer.add(secrets_list::NAME, list);
    }
    engine.write(&mut writer, &mut layout);
    writer.tree.know(layout.known);
    writer.tree
}
