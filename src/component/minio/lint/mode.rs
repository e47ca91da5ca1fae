//! What does not go together with who runs the servers.

use super::super::MinIO;
use super::super::declaration::Pool;
use super::super::tls;
use super::idle;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const STANDALONE_SERVERS: Rule = Rule::error(
    "minio/standalone-servers",
    "a store without the operator has several servers",
    "A standalone server knows no others: they would be stores of their own behind one Service, each with some of the objects.",
    "keep one pool with one server, or set `mode: operator`",
);

pub(super) const AUTO_WITHOUT_OPERATOR: Rule = Rule::error(
    "minio/auto-without-operator",
    "the operator is to have a certificate made, and there is none",
    "Nothing else asks the cluster to sign it: the server would wait for a Secret that nobody makes.",
    "set `tls.mode: certificate`, with an `issuer` of cert-manager say",
);

pub(super) fn lint(minio: &MinIO) -> Vec<Diagnostic> {
    let mode = &minio.spec.mode;
    let operator = &minio.spec.operator;
    let mut found = Vec::new();
    let mut idle_fields = |fields: Vec<(&str, Option<&Origin>)>, because: &str, idled_by: &Origin| {
        let written = fields.into_iter().filter_map(|(name, place)| Some((name, place?)));
        found.extend(written.map(|(name, place)| idle(name, because, place, idled_by)));
    };
    let of_chart = [
        ("operator.chartVersion", operator.chart_version.as_ref().map(Traced::origin)),
        ("operator.replicas", operator.replicas.as_ref().map(Traced::origin)),
    ];
    let standalone = *minio.is_standalone().get();
    if standalone {
        let without = "without the operator";
        let own = [
            ("operator.install", operator.install.as_ref().map(Traced::origin)),
            ("operator.namespace", operator.namespace.as_ref().map(Traced::origin)),
        ];
        idle_fields(own.into_iter().chain(of_chart).collect(), without, mode.origin());
    } else if let Some(install) = operator.install.as_ref().filter(|install| !*install.get()) {
        idle_fields(of_chart.to_vec(), "where something else installs the operator", install.origin());
    }
    let pools = minio.spec.pools();
    for pool in &pools {
        let apart = pool.anti_affinity.as_ref().map(Traced::origin);
        if standalone {
            let name = pool.name.as_ref().map(Traced::origin);
            let fields = vec![("pools.name", name), ("pools.antiAffinity", apart)];
            idle_fields(fields, "where there is one server", mode.origin());
        } else if let Some(affinity) = &pool.affinity {
            idle_fields(vec![("pools.antiAffinity", apart)], "beside `affinity`", &affinity.value().origin);
        }
    }
    if standalone {
        found.extend(servers(minio, &pools));
        if *minio.spec.tls.mode.get() == tls::Mode::Auto {
            let place = minio.spec.tls.mode.origin().and(mode.origin());
            let message = "a standalone server has no operator that has its certificate made";
            found.push(AUTO_WITHOUT_OPERATOR.found(message).decided_at(place.spans(), ""));
        }
    }
    found
}

fn servers(minio: &MinIO, pools: &[Pool]) -> Option<Diagnostic> {
    let mode = minio.spec.mode.origin();
    if let [_, second, ..] = pools {
        let place = second.servers().origin().and(mode);
        let found = STANDALONE_SERVERS.found(format!("{} pools, and the server is one", pools.len()));
        return Some(found.decided_at(place.spans(), ""));
    }
    let servers = pools.first()?.servers();
    (*servers.get() != 1).then(|| {
        let found = STANDALONE_SERVERS.found(format!("{servers} servers, and each would be a store of its own"));
        found.decided_at(servers.origin().and(mode).spans(), "")
    })
}
