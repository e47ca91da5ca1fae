//! Rules about the configuration of the servers.

use super::{at, at_all};
use crate::component::Context;
use crate::component::restate::RestateCluster;
use crate::component::restate::making::Making;
use crate::component::restate::provision::{self, SelfProvisioning};
use crate::component::restate::said::Said;
use crate::component::restate::server_keys::{self, Unknown};
use crate::component::restate::{snapshots, toml};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Value;

pub(in super::super) const SYNTAX: Rule = Rule::error(
    "restate/config-syntax",
    "`config` is no TOML",
    "The servers do not start. The operator notices only where it provisions the cluster.",
    "correct the text at the place shown",
);

pub(in super::super) const UNKNOWN_KEY: Rule = Rule::warning(
    "restate/unknown-config-key",
    "the configuration sets something that no server reads",
    "The servers ignore what they do not know: the setting has no effect, and nothing tells.",
    "correct the name, or the table that it stands in; keys of newer servers than 1.7 are not known here",
);

pub(in super::super) const SELF_PROVISIONING: Rule = Rule::refusal(
    "restate/self-provisioning",
    "the servers may provision themselves, though somebody else is asked to",
    "Two who provision make two clusters. The operator refuses, after it has made everything.",
    "set `auto-provision = false` at the top of `config`",
);

pub(in super::super) const NOBODY_PROVISIONS: Rule = Rule::warning(
    "restate/nobody-provisions",
    "nobody provisions the cluster",
    "The servers are told not to, and nobody else is asked: the cluster waits until somebody runs `restatectl provision`.",
    "set `cluster.autoProvision: true`",
);

pub(in super::super) const NODES_APART: Rule = Rule::error(
    "restate/nodes-apart",
    "each of several nodes provisions itself",
    "Whichever starts first may not be alone: nodes that do not see each other become clusters of their own.",
    "set `auto-provision = false` at the top of `config`, and `cluster.autoProvision: true`",
);

pub(in super::super) const METADATA_STORE: Rule = Rule::error(
    "restate/metadata-store",
    "the cluster keeps its metadata in an object store that is not AWS S3",
    "Only S3 itself gives the guarantees that metadata needs: with MinIO and others the cluster can lose itself. Snapshots are fine there.",
    "use `type = \"replicated\"` for `metadata-client`, with the role `metadata-server` on three nodes",
);

pub(in super::super) const HTTP_NOT_ALLOWED: Rule = Rule::error(
    "restate/http-not-allowed",
    "an endpoint without TLS is not allowed explicitly",
    "The servers stop at their start.",
    "set `aws-allow-http = true` beside the endpoint",
);

pub(in super::super) const REPLICATION_TOO_HIGH: Rule = Rule::error(
    "restate/replication-too-high",
    "data is to be replicated to more nodes than there are",
    "The cluster never becomes able to write.",
    "lower the replication, or raise `compute.replicas`",
);

pub(in super::super) const WEAK_QUORUM: Rule = Rule::warning(
    "restate/weak-quorum",
    "an even number of nodes keeps the metadata",
    "A majority must be up: of 2 nodes both, of 4 three, so that the last one adds no safety.",
    "use 3 or 5 nodes",
);

pub(in super::super) const PLAINTEXT_CREDENTIALS: Rule = Rule::error(
    "restate/plaintext-credentials",
    "a secret key stands in the declaration in clear",
    "It is committed, and anybody who may read ConfigMaps and pods sees it.",
    "delete it, rotate it, and read it from a Secret by `valueFrom.secretKeyRef` in `compute.env`",
);

/// Tables with an object store.
const STORES: &[&str] = &["worker.snapshots", "metadata-client"];
/// Keys of such a table whose values are secrets.
const SECRETS: &[&str] = &["aws-secret-access-key", "aws-session-token"];
/// Where a replication can be set.
const REPLICATIONS: &[(&str, &str)] =
    &[("", "default-replication"), ("bifrost.replicated-loglet", "default-log-replication")];

pub(super) fn lint(making: &Making<'_>, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(syntax(making, context));
    found.extend(unknown_keys(making, context));
    found.extend(provisioning(making, context));
    for table in STORES {
        found.extend(http(making, context, table));
    }
    found.extend(plaintext(making.declared).into_iter().map(|(table, said)| {
        let found = PLAINTEXT_CREDENTIALS.found(format!("a secret of `{table}` stands in clear"));
        found.decided_at(&said.places(context), "")
    }));
    found.extend(metadata(making, context));
    for (table, key) in REPLICATIONS {
        found.extend(making.declared.said(table, key).and_then(|said| replication(making, context, key, &said)));
    }
    found.extend(quorum(making));
    found
}

fn syntax(making: &Making<'_>, context: &Context) -> Option<Diagnostic> {
    let config = making.declared.spec.config.as_ref()?;
    let (message, offset) = making.declared.toml().error.as_ref()?;
    let places = toml::place(config, *offset..*offset, context.sources);
    let found = SYNTAX.found(format!("`config` is no TOML: {message}")).decided_at(&places, "");
    let needed = *making.declared.auto_provision().get()
        && matches!(provision::self_provisioning(making.declared), SelfProvisioning::Unreadable);
    Some(if needed { found.refused() } else { found })
}

fn unknown_keys(making: &Making<'_>, context: &Context) -> Vec<Diagnostic> {
    let told = |what: &str, unknown: &Unknown| {
        let found = UNKNOWN_KEY.found(format!("the servers know no `{}`{what}", unknown.path));
        match &unknown.meant {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found,
        }
    };
    let mut found = Vec::new();
    for unknown in server_keys::unknown(making.declared.toml().root()) {
        let Some(config) = making.declared.spec.config.as_ref() else { continue };
        let range = unknown.span.map_or(0..0, crate::source::Span::range);
        found.push(told("", &unknown).decided_at(&toml::place(config, range, context.sources), ""));
    }
    for name in making.declared.spec.compute.env.iter().flatten().filter_map(|entry| entry.value().get("name")) {
        if let Some(unknown) = name.as_str().and_then(server_keys::unknown_variable) {
            found.push(told(", which the variable sets", &unknown).decided_at(name.origin.spans(), ""));
        }
    }
    found
}

fn provisioning(making: &Making<'_>, context: &Context) -> Option<Diagnostic> {
    let declared = making.declared;
    let asked = declared.auto_provision();
    let said = provision::said(declared);
    let places = |said: &Said<'_>| said.places(context);
    if *asked.get() {
        let SelfProvisioning::On = provision::self_provisioning(declared) else { return None };
        let found = SELF_PROVISIONING.found("`cluster.autoProvision` is set, and the servers may provision themselves");
        let found = said.iter().fold(found, |found, (said, _)| found.decided_at(&places(said), "not plainly false"));
        return Some(asked.origin().spans().iter().fold(found, |found, &span| found.at(span, "asked for here")));
    }
    // What cannot be read says nothing.
    if declared.toml().error.is_some() {
        return None;
    }
    // Nodes that share an object store see who was first.
    let shared = declared.said("metadata-client", "type").and_then(|said| said.text());
    let apart = *declared.replicas().get() > 1 && shared.as_deref() != Some("object-store");
    match said {
        Some((said, false)) => {
            let found = NOBODY_PROVISIONS.found("the servers do not provision themselves, and nobody else is asked to");
            Some(found.decided_at(&places(&said), ""))
        }
        said if apart => {
            let found = NODES_APART.found(format!("{} nodes may each provision themselves", declared.replicas()));
            let found = said.iter().fold(found, |found, (said, _)| found.decided_at(&places(said), ""));
            Some(found.decided_at(declared.replicas().origin().spans(), ""))
        }
        _ => None,
    }
}

/// Returns the secrets that stand in the declaration in clear, each with its table.
pub(in super::super) fn plaintext(declared: &RestateCluster) -> Vec<(&'static str, Said<'_>)> {
    let all = STORES.iter().flat_map(|&table| SECRETS.iter().map(move |key| (table, declared.said(table, key))));
    all.filter_map(|(table, said)| Some((table, said.filter(|said| said.text().is_some())?))).collect()
}

fn http(making: &Making<'_>, context: &Context, table: &str) -> Option<Diagnostic> {
    let text = |key| making.declared.said(table, key).and_then(|said| said.text());
    let endpoint = making.declared.said(table, "aws-endpoint-url")?;
    let url = endpoint.text().filter(|url| url.starts_with("http://"))?;
    // Snapshots in a store of the project allow it by themselves.
    let allowed_by_claim = table == snapshots::TABLE
        && making.snapshots.is_some()
        && making.declared.said(table, "aws-allow-http").is_none();
    let allowed = allowed_by_claim || text("aws-allow-http").as_deref() == Some("true");
    (!allowed).then(|| {
        let found = HTTP_NOT_ALLOWED.found(format!("`{url}` has no TLS, and `aws-allow-http` is not true"));
        found.decided_at(&endpoint.places(context), "")
    })
}

fn metadata(making: &Making<'_>, context: &Context) -> Option<Diagnostic> {
    let declared = making.declared;
    let kind = declared.said("metadata-client", "type")?;
    if kind.text().as_deref() != Some("object-store") {
        return None;
    }
    let endpoint = declared.said("metadata-client", "aws-endpoint-url");
    let url = endpoint.as_ref().and_then(Said::text);
    let foreign = url.filter(|url| !url.contains(".amazonaws.com"));
    let path = declared.said("metadata-client", "path");
    let other = path.as_ref().and_then(Said::text).filter(|path| !path.starts_with("s3://"));
    let found = |what: &str| METADATA_STORE.found(format!("metadata cannot live in `{what}`"));
    match (foreign, other) {
        (Some(url), _) => Some(found(&url).decided_at(&endpoint?.places(context), "")),
        (None, Some(path_text)) => Some(found(&path_text).decided_at(&path?.places(context), "")),
        (None, None) => None,
    }
}

fn replication(making: &Making<'_>, context: &Context, key: &str, said: &Said<'_>) -> Option<Diagnostic> {
    let (wanted, nodes) = (provision::replication(said)?, making.declared.replicas());
    (wanted > *nodes.get()).then(|| {
        let message = format!("`{key}` asks for {wanted} nodes, and the cluster has {nodes}");
        let found = REPLICATION_TOO_HIGH.found(message).decided_at(&said.places(context), "");
        found.decided_at(nodes.origin().spans(), "")
    })
}

fn quorum(making: &Making<'_>) -> Option<Diagnostic> {
    let nodes = making.declared.replicas();
    let roles = making.declared.toml().at("roles").and_then(Value::as_list).unwrap_or_default();
    let by_role = roles.iter().any(|role| role.as_str() == Some("metadata-server"));
    let replicated = making.declared.said("metadata-server", "type").and_then(|said| said.text());
    let keeps = by_role || replicated.as_deref() == Some("replicated");
    let weak = *nodes.get() > 1 && nodes.get() % 2 == 0;
    (keeps && weak)
        .then(|| at(WEAK_QUORUM.found(format!("{nodes} nodes keep the metadata")), &nodes))
        .map(|found| if found.labels.is_empty() { at_all(found, [making.declared.kind.origin()]) } else { found })
}
