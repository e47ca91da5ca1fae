//! What only the operator can make something of needs an operator: declared here, or installed by somebody else.

use super::settings::Settings;
use crate::component::{AppId, Context, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const NO_OPERATOR: Rule = Rule::error(
    "restate/no-operator",
    "a custom resource is delivered, and nobody installs the operator",
    "The cluster does not know the kind, or nothing ever becomes of the resource.",
    "declare a `RestateOperator`, or name it in `spec.externals` of the `Project`: `kind: RestateOperator`, with its name",
);

/// The kind by which the operator is declared, and named as an external.
const KIND: &str = "RestateOperator";

/// Returns what is wrong where the custom resource `what` is delivered, and no operator is there.
pub(super) fn check(context: &Context, what: &str, because: &Origin) -> Option<Diagnostic> {
    let external = || context.project.externals().iter().any(|external| external.kind.get() == KIND);
    let missing = context.purpose == Purpose::Tree && context.restate.is_none() && !external();
    missing.then(|| {
        NO_OPERATOR
            .found(format!("{what} is for the Restate operator, which is not there"))
            .decided_at(because.spans(), "")
    })
}

/// Returns the operator's settings: those of its chart, where it is not declared.
pub(super) fn settings(context: &Context) -> Settings {
    context.restate.clone().unwrap_or_default()
}

/// Returns the stage after which a declared operator is there.
pub(super) fn stage(context: &Context) -> Option<Traced<AppId>> {
    let settings = context.restate.as_ref()?;
    Some(settings.namespace.map(|namespace| AppId::new(namespace.clone(), "restate-operator")))
}
