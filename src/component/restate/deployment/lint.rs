//! The rules that a `RestateDeployment` is held against.

mod names;
mod register;
mod template;

use super::declaration::{Mode, RestateDeployment};
use super::{Making, in_process, pods, registry, replica_set, url};
use crate::component::restate::{needs_operator, newer, resource};
use crate::component::{Context, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced, Verbatim};

pub(super) const RULES: &[Rule] = &[
    resource::ONE_DELIVERY,
    newer::NEWER_FIELD,
    NO_NAMESPACE,
    NO_KNATIVE_BLOCK,
    KNATIVE_AUTOSCALING,
    IDLE_FIELD,
    SCALE_TARGET,
    names::VERSIONED_NAME,
    names::KNATIVE_NAME,
    names::TAG,
    register::UNUSABLE_URL,
    register::PATH_LOST,
    register::UNKNOWN_CLUSTER,
    register::NO_RESOURCE,
    register::PODS_OUT_OF_REACH,
    register::UNKNOWN_ENVIRONMENT,
    register::UNFIT_ENVIRONMENT,
    register::NOT_IN_PROCESS,
    register::ESCAPING_PATH,
    template::INJECTED_VARIABLE,
    template::ENV_NO_LIST,
    template::KNATIVE_PORTS,
    template::SELECTOR_MISMATCH,
];

const NO_NAMESPACE: Rule = Rule::error(
    "restate/deployment-without-namespace",
    "a RestateDeployment has no namespace",
    "It would land in whatever namespace the engine happens to use.",
    "set `metadata.namespace`",
);

const NO_KNATIVE_BLOCK: Rule = Rule::refusal(
    "restate/no-knative-block",
    "the mode is `knative`, and there are no settings for it",
    "The operator refuses the deployment.",
    "add `knative: {}`",
);

const KNATIVE_AUTOSCALING: Rule = Rule::refusal(
    "restate/knative-autoscaling",
    "`autoscaling` is set, and the mode is `knative`",
    "Knative scales by itself, and the API server refuses the resource.",
    "delete `autoscaling`, and set `knative.minScale`, `maxScale` and `target`",
);

const IDLE_FIELD: Rule = Rule::warning(
    "restate/idle-field",
    "a field has no effect in the deployment's mode",
    "The operator ignores it without a word.",
    "delete it, or choose the mode by `deploymentMode`",
);

const SCALE_TARGET: Rule = Rule::warning(
    "restate/scale-target",
    "`autoscaling` names what is scaled",
    "The operator puts the ReplicaSet of each old version there, whatever is written.",
    "delete `scaleTargetRef`",
);

pub(super) fn lint(declared: &RestateDeployment, context: &Context) -> Vec<Diagnostic> {
    let making = Making::new(declared, context);
    let what = format!("RestateDeployment `{}`", declared.metadata.name);
    let mut found = Vec::new();
    found.extend(needs_operator::check(context, &what, declared.kind.origin()));
    found.extend(resource::wishes(&declared.metadata.annotations));
    if context.purpose == Purpose::Tree && declared.metadata.namespace.is_none() {
        found.push(at(NO_NAMESPACE.found(format!("{what} has no namespace")), declared.kind.origin()));
    }
    found.extend(newer::paused(&what, &declared.metadata.annotations, &making.settings));
    found.extend(newer_fields(&making));
    found.extend(mode(declared));
    found.extend(names::lint(&making));
    found.extend(register::lint(declared, context));
    found.extend(template::lint(&making));
    found
}

fn newer_fields(making: &Making<'_>) -> Vec<Diagnostic> {
    let restate = &making.declared.spec.restate;
    let drain = restate.drain.as_ref().map(|drain| {
        let timeout = drain.timeout_seconds.as_ref().map(Traced::origin);
        timeout.or(drain.on_timeout.as_ref().map(Traced::origin)).unwrap_or(making.declared.kind.origin())
    });
    let policy = restate.delete_policy.as_ref().map(Traced::origin);
    newer::fields(&making.settings, &[("deletePolicy", policy), ("drain", drain)])
}

fn mode(declared: &RestateDeployment) -> Vec<Diagnostic> {
    let spec = &declared.spec;
    let chosen = spec.deployment_mode.as_ref().map(Traced::origin).cloned().unwrap_or_default();
    let autoscaling = spec.autoscaling.as_ref().map(Verbatim::value);
    let mut found = Vec::new();
    if declared.mode() == Mode::Knative {
        if spec.knative.is_none() {
            found.push(at(NO_KNATIVE_BLOCK.found("`knative` is missing"), &chosen));
        }
        if autoscaling.is_some() {
            found.push(at(KNATIVE_AUTOSCALING.found("`autoscaling` is not for the mode `knative`"), &chosen));
        }
        let selector = spec.selector.as_ref().map(|selector| first_place(selector.value()));
        let idle = [
            ("replicas", spec.replicas.as_ref().map(|replicas| replicas.origin().clone())),
            ("minReadySeconds", spec.min_ready_seconds.as_ref().map(|seconds| seconds.origin().clone())),
            ("selector", selector),
        ];
        for (field, place) in idle.into_iter().filter_map(|(field, place)| Some((field, place?))) {
            found.push(at(IDLE_FIELD.found(format!("`{field}` has no effect with Knative")), &place));
        }
        return found;
    }
    if let Some(knative) = &spec.knative {
        let scales = [&knative.min_scale, &knative.max_scale, &knative.target].into_iter().flatten();
        let place = knative.tag.iter().map(Traced::origin).chain(scales.map(Traced::origin)).next();
        let place = place.unwrap_or(declared.kind.origin());
        found.push(at(IDLE_FIELD.found("`knative` has no effect without `deploymentMode: knative`"), place));
    }
    if let Some(target) = autoscaling.and_then(|autoscaling| autoscaling.get("scaleTargetRef")) {
        found.push(at(SCALE_TARGET.found("the operator sets `scaleTargetRef` itself"), &first_place(target)));
    }
    found
}

/// Returns a finding at the places of `origin`.
fn at(found: Diagnostic, origin: &Origin) -> Diagnostic {
    found.decided_at(origin.spans(), "")
}

/// Returns where a map begins: its first key, not the whole of it.
fn first_place(value: &crate::value::Value) -> Origin {
    let first = value.as_map().and_then(|map| map.iter().find_map(|entry| entry.key_span));
    first.map_or_else(|| value.origin.clone(), Origin::at)
}
