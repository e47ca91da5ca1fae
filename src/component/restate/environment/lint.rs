//! The rules that a `RestateCloudEnvironment` is held against.

use super::RestateCloudEnvironment;
use super::tunnel::{self, TUNNEL_NAME, UID};
use crate::component::restate::{needs_operator, newer, resource};
use crate::component::{Context, Purpose};
use crate::diagnostic::{Diagnostic, Rule};

pub(super) const RULES: &[Rule] = &[PLACEHOLDER, OPEN_PROXY, IN_NAMESPACE];

const PLACEHOLDER: Rule = Rule::note(
    "restate/placeholder",
    "an object holds a placeholder for what only a cluster knows",
    "The operator puts the uid of the resource there, which the cluster gives it when it is made.",
    "apply the resource itself, not what is printed here",
);

const OPEN_PROXY: Rule = Rule::warning(
    "restate/open-proxy",
    "the pods of the tunnel let everybody in",
    "Whoever reaches ports 8080 and 9070 of the pods calls and administers the environment without a key.",
    "restrict who reaches the pods by a NetworkPolicy in the operator's namespace, or delete `remoteProxy`",
);

const IN_NAMESPACE: Rule = Rule::warning(
    "restate/environment-in-namespace",
    "a RestateCloudEnvironment names a namespace",
    "The kind belongs to no namespace, and its pods run in that of the operator, where its Secret must be, too.",
    "delete `metadata.namespace`",
);

pub(super) fn lint(declared: &RestateCloudEnvironment, context: &Context) -> Vec<Diagnostic> {
    let name = &declared.metadata.name;
    let what = format!("RestateCloudEnvironment `{name}`");
    let mut found = Vec::new();
    found.extend(needs_operator::check(context, &what, declared.kind.origin()));
    found.extend(resource::wishes(&declared.metadata.annotations));
    if let Some(namespace) = &declared.metadata.namespace {
        let one = IN_NAMESPACE.found(format!("{what} belongs to no namespace, and not to `{namespace}`"));
        found.push(one.decided_at(namespace.origin().spans(), "ignored"));
    }
    let settings = needs_operator::settings(context);
    found.extend(newer::paused(&what, &declared.metadata.annotations, &settings));
    let status = declared.status.as_ref().map(|_| declared.kind.origin());
    found.extend(newer::fields(&settings, &[("status", status)]));
    let tunnel = declared.spec.tunnel.as_ref();
    if let Some(proxy) = tunnel.and_then(|tunnel| tunnel.remote_proxy.as_ref()).filter(|proxy| *proxy.get()) {
        let one = OPEN_PROXY.found(format!("the pods of {what} let everybody in"));
        found.push(one.decided_at(proxy.origin().spans(), ""));
    }
    if context.purpose == Purpose::Twin && !tunnel::names(tunnel, TUNNEL_NAME) {
        let one = PLACEHOLDER.found(format!("`{UID}` stands for the uid of {what}, by which its tunnel is called"));
        found.push(one.decided_at(name.origin().spans(), ""));
    }
    found
}
