//! What only the operator can make something of needs an operator: declared here, or installed by somebody else.

use super::install;
use super::settings::Settings;
use crate::component::{AppId, Context, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const NO_OPERATOR: Rule = Rule::error(
    "restate/no-operator",
    "a resource is delivered to an operator that nobody declares",
    "Nothing acts on the resource, or the API server does not even know its kind.",
    "declare a `RestateOperator`, or name the one that exists in `spec.externals` of the Project (`kind: RestateOperator`, with its name)",
);

/// Returns what is wrong where the resource `what` is delivered to an operator, and none is there.
pub(super) fn check(context: &Context, what: &str, because: &Origin) -> Option<Diagnostic> {
    let missing = context.purpose == Purpose::Tree && context.restate_operator().is_none();
    missing.then(|| {
        NO_OPERATOR
            .found(format!("{what} is for the Restate operator, which is not there"))
            .decided_at(because.spans(), "")
    })
}

/// Returns the operator's settings: those of its chart, where nothing is said of it.
pub(super) fn settings(context: &Context) -> Settings {
    context.restate_operator().unwrap_or_default()
}

/// Returns the stage after which a declared operator is there.
pub(super) fn stage(context: &Context) -> Option<Traced<AppId>> {
    let settings = context.restate.as_ref()?;
    Some(install::app_id(settings).because(&settings.declared))
}
