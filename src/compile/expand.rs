//! Declarations to the objects they stand for, without a project.

use super::cluster::{self, Declaration, Declarations};
use super::guard;
use crate::component::{Context, Purpose};
use crate::deliver;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::project::Project;
use crate::source::{Sources, Span};
use crate::value::{Map, Value};
use crate::variables::Variables;
use crate::yaml;

/// The objects that declarations stand for.
#[derive(Debug, Default)]
pub struct Expanded {
    /// The objects, in the order of declarations.
    pub objects: Vec<Value>,
    /// What was found. Only what the resource's own schema or operator refuses, and what cannot be read, is an error.
    pub diagnostics: Diagnostics,
    /// Places in the sources that must not be shown.
    pub secrets: Vec<Span>,
}

/// Returns the objects that the declarations in `sources` stand for.
#[must_use]
pub fn expand(sources: &Sources) -> Expanded {
    let mut declarations = Declarations::default();
    let mut secrets = Vec::new();
    let variables = Variables::new(Map::new());
    for (file, source) in sources.iter() {
        let parsed = yaml::parse(file, source);
        declarations.problems.extend(parsed.diagnostics);
        for document in parsed.documents {
            guard::hide(&document, &mut secrets);
            declarations.add(variables.resolve(&document));
        }
    }
    let context = cluster::context(&mut declarations, Project::default(), Purpose::Twin, sources);
    let Declarations { components, raw, mut problems, .. } = declarations;
    problems.extend(variables.into_problems());
    for declaration in &components {
        secrets.extend(declaration.component.secrets_in_clear(&context));
        problems.extend(declaration.component.lint(&context));
    }
    let mut objects = objects(&components, &context);
    objects.extend(raw.into_iter().map(|object| object.value));
    problems.iter_mut().for_each(weigh);
    Expanded { objects, diagnostics: Diagnostics::new(problems), secrets }
}

/// Returns the objects that `components` stand for, each once.
pub(super) fn objects(components: &[Declaration], context: &Context<'_>) -> Vec<Value> {
    let mut objects = Vec::new();
    let apps = components.iter().flat_map(|declaration| declaration.component.expand(context));
    for object in apps.flat_map(deliver::bare_objects) {
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    objects
}

/// An error that nobody but bayplan finds is a warning here.
fn weigh(problem: &mut Diagnostic) {
    if problem.severity == Severity::Error && !problem.refused && !problem.code.starts_with("secrets/") {
        problem.severity = Severity::Warning;
    }
}
