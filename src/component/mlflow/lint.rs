//! The rules that an `MLflow` is held against.

use super::{MLflow, versions};
use crate::component::{Context, network};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Image;
use crate::value::{Origin, Traced};

pub(super) const RULES: &[Rule] = &[
    IMAGE_WITHOUT_S3,
    SEVERAL_ON_SQLITE,
    TWO_BACKEND_STORES,
    DIRECT_ARTIFACTS,
    SIGNED_ARTIFACTS,
    UNCHECKED_REQUESTS,
    OPEN_OUTSIDE,
    SERVICE_NAME,
    IDLE_FIELD,
];

const IMAGE_WITHOUT_S3: Rule = Rule::error(
    "mlflow/image-without-s3",
    "an image of the MLflow project has no client for S3",
    "It holds MLflow alone: each artifact fails with `No module named 'boto3'`, and a database by `psycopg2`.",
    "use a tag from version 3.9 on that ends in `-full`, or an image of your own with both",
);

const SEVERAL_ON_SQLITE: Rule = Rule::error(
    "mlflow/several-on-sqlite",
    "several pods share a database in a file",
    "The volume goes to one node only, and where it goes to more, the file's locks do not hold: writes fail or are lost.",
    "use a single replica, or a `database`",
);

const TWO_BACKEND_STORES: Rule = Rule::error(
    "mlflow/two-backend-stores",
    "experiments are kept in two places",
    "The server has one: which of the two holds the runs must not depend on chance.",
    "keep one of `sqlite` and `database`",
);

const DIRECT_ARTIFACTS: Rule = Rule::warning(
    "mlflow/direct-artifacts",
    "clients reach the store themselves",
    "Every notebook and job needs keys for the bucket, a way to the store, and trust in its certificate.",
    "leave `serveArtifacts` on, or give each client an access of its own",
);

const SIGNED_ARTIFACTS: Rule = Rule::warning(
    "mlflow/signed-artifacts",
    "the server sends clients to the store",
    "Since version 3.15 it signs URLs of the store for them: a client without a way there, or without trust in its certificate, tries for minutes and fails.",
    "use a version before 3.15, or set `MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD` and `MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD` to `false` in each client",
);

const UNCHECKED_REQUESTS: Rule = Rule::warning(
    "mlflow/unchecked-requests",
    "the server answers to any name or to any web page",
    "A page that somebody opens can then read and change everything through the browser of whoever reaches the server.",
    "list the names and origins that are used",
);

const OPEN_OUTSIDE: Rule = Rule::note(
    "mlflow/open-outside",
    "the server is exposed, and asks nobody who he is",
    "Whoever reaches the host reads, changes and deletes every experiment and model.",
    "let the gateway or the ingress controller ask, or let only a network of your own reach it",
);

const SERVICE_NAME: Rule = Rule::refusal(
    "mlflow/invalid-service-name",
    "the name cannot be that of a Service",
    "The API server refuses a Service whose name does not begin with a letter.",
    "use a name that begins with a letter",
);

const IDLE_FIELD: Rule = Rule::warning(
    "mlflow/idle-field",
    "a field decides nothing",
    "Whoever changes it waits for an effect that never comes.",
    "delete the field, or what makes it idle",
);

pub(super) fn lint(mlflow: &MLflow, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(mlflow.spec.image.as_ref().and_then(|image| image_of(mlflow, image)));
    found.extend(backend_store(mlflow, context));
    found.extend(artifacts(mlflow));
    found.extend(requests(mlflow));
    if let Some(expose) = &mlflow.spec.expose {
        found.extend(expose.lint(&mlflow.backend(), &context.project.policies()));
        found.extend(expose.hosts().first().map(|host| {
            OPEN_OUTSIDE
                .found(format!("whoever reaches `{host}` may do everything"))
                .decided_at(host.origin().spans(), "")
        }));
    }
    found.extend(service_name(mlflow));
    found.extend(mlflow.consumer().unnamed_bucket(&mlflow.kept(&context.offers)));
    found.extend(idle(mlflow));
    found
}

fn image_of(mlflow: &MLflow, image: &Traced<Image>) -> Option<Diagnostic> {
    let reference = image.get();
    if !reference.repository().rsplit('/').take(2).eq(versions::REPOSITORY) {
        return None;
    }
    let tag = match reference.tag() {
        Some(tag) => tag,
        // A digest alone may be that of any.
        None if reference.digest().is_some() => return None,
        None => "latest",
    };
    let Some(number) = tag.strip_suffix(versions::FULL) else {
        let found = IMAGE_WITHOUT_S3.found(format!("image `{image}` has no client for S3"));
        return Some(found.decided_at(image.origin().spans(), ""));
    };
    let version = version(number);
    if version.is_some_and(|version| version < versions::FIRST_FULL) {
        let message = format!("`{image}` was never published: images with a client for S3 begin with version 3.9");
        return Some(IMAGE_WITHOUT_S3.found(message).decided_at(image.origin().spans(), ""));
    }
    let served = mlflow.spec.serve_artifacts();
    // What has no number, `latest-full`, is new.
    if *served.get() && version.is_none_or(|version| version >= versions::FIRST_SIGNING) {
        let message = format!("clients of `{image}` fetch artifacts from the store");
        return Some(SIGNED_ARTIFACTS.found(message).decided_at(image.origin().spans(), ""));
    }
    None
}

/// Returns the first two numbers of `v3.14.0`.
fn version(tag: &str) -> Option<(u32, u32)> {
    let mut numbers = tag.strip_prefix('v').unwrap_or(tag).split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn backend_store(mlflow: &MLflow, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(database) = &mlflow.spec.backend_store.database else {
        let replicas = mlflow.spec.replicas();
        if *replicas.get() > 1 {
            let message = format!("{replicas} replicas cannot share one file");
            found.push(SEVERAL_ON_SQLITE.found(message).decided_at(replicas.origin().spans(), ""));
        }
        return found;
    };
    if mlflow.spec.backend_store.sqlite.is_some() {
        let message = "`sqlite` stands beside `database`";
        found.push(TWO_BACKEND_STORES.found(message).decided_at(database.secret_name.origin().spans(), ""));
    }
    let (host, _) = database.host_and_port();
    found.extend(network::unknown_pods(&host, database.pods.as_ref(), &context.project.policies()));
    found
}

fn artifacts(mlflow: &MLflow) -> Option<Diagnostic> {
    let serve = mlflow.spec.serve_artifacts();
    let found = (!serve.get()).then(|| DIRECT_ARTIFACTS.found("the server passes no artifacts on"))?;
    Some(found.decided_at(serve.origin().spans(), ""))
}

fn requests(mlflow: &MLflow) -> Vec<Diagnostic> {
    let (hosts, origins) = (&mlflow.spec.allowed_hosts, &mlflow.spec.cors_allowed_origins);
    let any = |all: &[Traced<String>], message: &str| {
        let any = all.iter().find(|one| one.get().split(',').any(|one| one.trim() == "*"))?;
        Some(UNCHECKED_REQUESTS.found(message).decided_at(any.origin().spans(), ""))
    };
    let hosts = any(hosts, "requests by any name are answered");
    let origins = any(origins, "any web page may change something");
    hosts.into_iter().chain(origins).collect()
}

fn service_name(mlflow: &MLflow) -> Option<Diagnostic> {
    let name = &mlflow.metadata.name;
    let digit = name.get().as_str().starts_with(|first: char| first.is_ascii_digit());
    let found = digit.then(|| SERVICE_NAME.found(format!("`{name}` does not begin with a letter")))?;
    Some(found.decided_at(name.origin().spans(), ""))
}

/// Returns the fields that another one makes idle.
fn idle(mlflow: &MLflow) -> Vec<Diagnostic> {
    let spec = &mlflow.spec;
    let mut idle: Vec<(&str, Option<&Origin>, &str)> = Vec::new();
    if let Some(database) = &spec.backend_store.database
        && database.pods.is_some()
    {
        let addresses = database.addresses.first().map(Traced::origin);
        idle.push(("backendStore.database.addresses", addresses, "beside `pods`"));
    }
    let prometheus = spec.monitoring.prometheus_namespace.as_ref().map(Traced::origin);
    let name = "monitoring.prometheusNamespace";
    if !spec.monitoring.enabled.get() {
        idle.push((name, prometheus, "where nothing is monitored"));
    } else if spec.clients.is_none() {
        idle.push((name, prometheus, "where every pod may reach the server"));
    }
    let written = idle.into_iter().filter_map(|(name, place, why)| Some((name, place?, why)));
    written
        .map(|(name, place, why)| {
            IDLE_FIELD.found(format!("`{name}` decides nothing {why}")).decided_at(place.spans(), "")
        })
        .collect()
}
