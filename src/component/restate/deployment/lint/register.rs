//! Rules about where versions are registered, and the way there.

use super::{Mode, RestateDeployment, at, in_process, registry, url};
use crate::component::{Context, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::quoted;

pub(super) const UNUSABLE_URL: Rule = Rule::refusal(
    "restate/unusable-url",
    "the admin API has no URL that the operator can use",
    "A `url` that is none keeps the operator from reading any resource of the kind; a name that fits into no host keeps it from registering this one.",
    "write the whole URL, such as `http://restate.example.org:9070`, or the name of what is there",
);

pub(super) const PATH_LOST: Rule = Rule::warning(
    "restate/path-lost",
    "the admin API is said to stand at a path",
    "The operator calls `/query` and `/deployments` at the root of the host, whatever path is written.",
    "delete the path, and let a Service or a proxy lead to the admin API",
);

pub(super) const UNKNOWN_CLUSTER: Rule = Rule::warning(
    "restate/unknown-cluster",
    "a deployment registers with a cluster that nobody declares",
    "The operator waits for it, and registers nothing until it is there.",
    "correct the name, declare the RestateCluster, or name it in `spec.externals` of the `Project`",
);

pub(super) const NO_RESOURCE: Rule = Rule::error(
    "restate/cluster-not-a-resource",
    "a deployment registers with a cluster whose objects stand in the tree",
    "The operator looks for the RestateCluster itself, finds none, and registers nothing.",
    "annotate the cluster with `bayplan.dev/delivery: operator`; or register with its Service: `service: {name: restate, namespace: NAME}`, and label the pods `allow.restate.dev/NAME: \"true\"`",
);

pub(super) const PODS_OUT_OF_REACH: Rule = Rule::warning(
    "restate/pods-out-of-reach",
    "the policies of the cluster keep it from the pods of the services",
    "It registers nothing, since it cannot ask the pods what they serve. Only with `register.cluster` does the operator label them.",
    "label the pods in `template.metadata.labels`: `allow.restate.dev/NAME: \"true\"`",
);

pub(super) const UNKNOWN_ENVIRONMENT: Rule = Rule::refusal(
    "restate/unknown-environment",
    "a deployment registers with an environment of Restate Cloud that nobody declares",
    "The operator refuses the deployment until it is there, and what it makes depends on what it says.",
    "correct the name, or declare the RestateCloudEnvironment: for `expand`, in a further file",
);

pub(super) const UNFIT_ENVIRONMENT: Rule = Rule::refusal(
    "restate/unfit-environment",
    "pods cannot open a tunnel to the environment as it is declared",
    "The operator refuses the deployment: the pods would crash.",
    "copy the values from the console of Restate Cloud",
);

pub(super) const NOT_IN_PROCESS: Rule = Rule::refusal(
    "restate/not-in-process",
    "pods shall open tunnels themselves where they cannot",
    "The operator refuses the deployment.",
    "register with `cloud`, in the mode `replicaset`; or delete `tunnelMode`",
);

pub(super) const ESCAPING_PATH: Rule = Rule::refusal(
    "restate/escaping-path",
    "the path of the services leads out of the tunnel",
    "The operator makes the pods, and then refuses to register them.",
    "write a plain path, such as `/api`",
);

pub(super) fn lint(declared: &RestateDeployment, context: &Context) -> Vec<Diagnostic> {
    let register = &declared.spec.restate.register;
    let mut found = in_process_mode(declared);
    if let Some(written) = &register.url {
        match url::check(written.get()) {
            Err(reason) => found.push(at(
                UNUSABLE_URL.found(format!("{} is no URL that can be used: {reason}", quoted(written.get()))),
                written.origin(),
            )),
            Ok(()) if !matches!(url::path(written.get()), "" | "/") => {
                found.push(at(PATH_LOST.found(format!("the path of `{written}` is lost")), written.origin()));
            }
            Ok(()) => {}
        }
    }
    let service = register.service.as_ref();
    let hosts =
        register.cluster.iter().chain(service.into_iter().flat_map(|service| [&service.name, &service.namespace]));
    for name in hosts {
        if let Err(reason) = url::check(&format!("http://restate.{name}.svc")) {
            let message = format!("{} cannot stand in the URL of the admin API: {reason}", quoted(name.get()));
            found.push(at(UNUSABLE_URL.found(message), name.origin()));
        }
    }
    let path = service.and_then(|service| service.path.as_ref());
    if let Some(path) = path.filter(|path| !matches!(path.get().as_str(), "" | "/")) {
        found.push(at(PATH_LOST.found(format!("the path `{path}` is lost")), path.origin()));
    }
    found.extend(target(declared, context));
    found
}

/// Returns what is wrong with the mode of a tunnel that pods open themselves.
fn in_process_mode(declared: &RestateDeployment) -> Vec<Diagnostic> {
    let restate = &declared.spec.restate;
    let Some(wanted) = restate.tunnel_mode.as_ref().filter(|_| declared.is_in_process()) else { return Vec::new() };
    if declared.mode() == Mode::Knative {
        return vec![at(NOT_IN_PROCESS.found("`in-process` is not for the mode `knative`"), wanted.origin())];
    }
    if restate.register.cloud.is_none() {
        return vec![at(NOT_IN_PROCESS.found("`in-process` needs `register.cloud`"), wanted.origin())];
    }
    let path = restate.service_path.as_ref().filter(|path| !in_process::appends(path.get()));
    let found = path.map(|path| {
        let found = ESCAPING_PATH.found(format!("{} does not stay within the tunnel", quoted(path.get())));
        at(found, path.origin())
    });
    found.into_iter().collect()
}

/// Returns what is wrong with the cluster or environment that is registered with.
fn target(declared: &RestateDeployment, context: &Context) -> Vec<Diagnostic> {
    let register = &declared.spec.restate.register;
    let is_external = |kind: &str, name: &str| {
        let externals = context.project.externals();
        externals.iter().any(|external| external.kind.get() == kind && external.name.get() == name)
    };
    let known = registry(declared, context);
    if let Some(cluster) = &register.cluster {
        // Whoever expands a single file knows what he left out.
        let silent = context.purpose == Purpose::Twin || is_external("RestateCluster", cluster.get());
        let found = match known {
            _ if silent => None,
            None => Some(UNKNOWN_CLUSTER.found(format!("there is no RestateCluster `{cluster}`"))),
            Some(known) => (!known.is_resource).then(|| {
                NO_RESOURCE.found(format!("the tree delivers no RestateCluster `{cluster}`, but its objects"))
            }),
        };
        return found.map(|found| at(found, cluster.origin())).into_iter().collect();
    }
    if let Some(service) = &register.service {
        let label = format!("allow.restate.dev/{}", service.namespace);
        let labels = declared.spec.template.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref());
        let labelled = labels.and_then(|labels| labels.get(&label)).is_some_and(|value| value.get() == "true");
        let kept = known.filter(|known| !known.reaches_others && !labelled);
        let found = kept.map(|_| {
            let message = format!("no pod is labelled `{label}: \"true\"`, which the policies of the cluster go by");
            at(PODS_OUT_OF_REACH.found(message), service.namespace.origin())
        });
        return found.into_iter().collect();
    }
    let Some(name) = &register.cloud else { return Vec::new() };
    let Some(cloud) = known.and_then(|known| known.cloud.as_ref()) else {
        if context.purpose == Purpose::Tree && is_external("RestateCloudEnvironment", name.get()) {
            return Vec::new();
        }
        let mut found = UNKNOWN_ENVIRONMENT.found(format!("there is no RestateCloudEnvironment `{name}`"));
        // Knative's objects are all there before the operator asks for it.
        found.refused = declared.mode() == Mode::Replicaset;
        return vec![at(found, name.origin())];
    };
    if !declared.is_in_process() || declared.mode() == Mode::Knative {
        return Vec::new();
    }
    let unfit = in_process::Tunnel::to(cloud).err().unwrap_or_default();
    unfit
        .into_iter()
        .map(|unfit| {
            let message = format!("`{}` is {}, but must be {}", unfit.field, quoted(unfit.value.get()), unfit.expected);
            let found = UNFIT_ENVIRONMENT.found(message).decided_at(unfit.value.origin().spans(), "");
            name.origin().spans().iter().fold(found, |found, &span| found.at(span, "registered with here"))
        })
        .collect()
}
