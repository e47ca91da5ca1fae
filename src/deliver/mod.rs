//! How a tree is laid out for its consumer: the engine gives each part its form and each stage its place, all else is
//! common.

mod annotations;
mod bare;
mod flux;
mod layout;
mod namespaces;
mod references;
mod run_once;
mod secrets_list;
mod writer;

pub(crate) use bare::bare_objects;

use crate::component::{App, ByHand, NeededSecret, Part};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Object;
use crate::project::Project;
use crate::tree::Tree;
use crate::value::{Origin, Value};
use layout::Layout;
use writer::Writer;

/// The rules about the tree as a whole.
pub(crate) const RULES: &[Rule] = layout::RULES;

/// What is an engine's own.
trait Engine {
    /// Returns the forms of the parts of one app, in their order.
    fn forms(&self, parts: Vec<Part>) -> Vec<Form>;

    /// Marks an object so that it stays in the cluster when it goes from git, because of `because`. What somebody wrote
    /// about that himself holds.
    fn keep(&self, object: &mut Value, because: &Origin);

    /// Returns the namespace that the engine itself lives in, which is there before the tree is.
    fn home(&self) -> Option<&str>;

    /// Writes the folders of the stages and of the Namespaces, and what a person points the engine at.
    fn write(&self, writer: &mut Writer<'_>, layout: &mut Layout);
}

/// What a part becomes.
enum Form {
    /// An object in a file of the stage, named otherwise than the object where a name is told.
    Object(Value, Option<String>),
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
    delivery: Delivery,
    problems: &mut Vec<Diagnostic>,
) -> Tree {
    let engine = flux::Flux::new(project, cluster);
    let mut layout = layout::lay_out(&engine, delivery.apps, delivery.raw, problems);
    let mut writer = Writer::new(root);
    if layout.is_empty() {
        return writer.tree;
    }
    if let Some(list) = secrets_list::write(&delivery.secrets, &delivery.by_hand, &layout, project) {
        writer.add("SECRETS.md", list);
    }
    engine.write(&mut writer, &mut layout);
    writer.tree.know(layout.known);
    writer.tree
}
