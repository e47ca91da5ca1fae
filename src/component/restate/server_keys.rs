//! The keys of the servers' configuration, and those that are none.
//!
//! The servers ignore what they do not know. The table is that of Restate 1.5 to 1.7, from the JSON Schemas of the
//! configuration that are published with the documentation
//! (<https://github.com/restatedev/docs-restate>, `docs/schemas/restate-server-configuration-schema.json`): whatever one
//! of these versions reads is known.

use crate::diagnostic::nearest;
use crate::source::Span;
use crate::value::{Map, Value};

/// Each table with its keys. `+name` stands for the keys of a group, `key:group` for a table with just those of the
/// group, `key=` for a table whose keys are anybody's.
const TABLES: &[(&str, &str)] = &[
    (
        "",
        "+listen +rocksdb +client admin auto-provision base-dir bifrost cluster-name default-idempotency-retention \
         default-journal-retention default-num-partitions default-replication default-retry-policy \
         default-thread-pool-size default-thread-stack-size default-workflow-completion-retention \
         disable-config-sql-table disable-prometheus disable-telemetry force-node-id gossip-extras-exchange-frequency \
         gossip-failure-threshold gossip-fd-stability-threshold gossip-loneliness-threshold gossip-num-peers \
         gossip-suspect-interval gossip-tick-interval gossip-time-skew-threshold hlc-max-drift ingress \
         initialization-timeout location log-disable-ansi-codes log-filter log-format log-server \
         max-idempotency-retention max-journal-retention max-retry-policy-max-attempts \
         max-workflow-completion-retention metadata-client metadata-fetch-from-peer-timeout metadata-server \
         metadata-update-interval network-error-retry-policy:retry networking node-name rocksdb-bg-threads \
         rocksdb-high-priority-bg-threads rocksdb-high-priority-threads rocksdb-low-priority-threads \
         rocksdb-max-write-rate-per-second rocksdb-perf-level rocksdb-total-memory-size rocksdb-total-memtables-ratio \
         roles shutdown-timeout storage-high-priority-bg-threads storage-low-priority-bg-threads \
         tokio-console-bind-address tracing-endpoint tracing-filter tracing-headers= tracing-json-path \
         tracing-runtime-endpoint tracing-services-endpoint worker",
    ),
    (
        "admin",
        "+listen advertised-admin-endpoint concurrent-api-requests-limit deployment-routing-headers \
         disable-cluster-controller disable-web-ui heartbeat-interval query-engine",
    ),
    ("admin.query-engine", "memory-size query-parallelism rate-limiting:throttling tmp-dir"),
    (
        "bifrost",
        "append-retry-max-interval append-retry-min-interval auto-recovery-interval default-provider \
         disable-auto-improvement local read-retry-policy:retry record-cache-memory-size replicated-loglet \
         seal-retry-interval",
    ),
    (
        "bifrost.local",
        "+rocksdb always-commit-in-background rocksdb-disable-wal-fsync rocksdb-memory-budget rocksdb-memory-ratio \
         writer-batch-commit-count writer-batch-commit-duration",
    ),
    (
        "bifrost.replicated-loglet",
        "default-log-replication log-server-retry-policy:retry log-server-rpc-timeout maximum-inflight-records \
         read-batch-size readahead-records readahead-trigger-ratio rpc-timeout sequencer-inactivity-timeout \
         sequencer-retry-policy:retry store-timeout",
    ),
    ("default-retry-policy", "exponentiation-factor initial-interval max-attempts max-interval on-max-attempts"),
    (
        "ingress",
        "+listen advertised-ingress-endpoint concurrent-api-requests-limit http2-max-concurrent-streams \
         ingestion:ingestion kafka-clusters= request-size-limit",
    ),
    (
        "log-server",
        "+rocksdb incoming-network-queue-length rocksdb-blob-min-size rocksdb-disable-blob-compression \
         rocksdb-disable-wal-fsync rocksdb-enable-blob-separation rocksdb-l0-num-compaction-trigger \
         rocksdb-max-background-compactions rocksdb-max-file-size rocksdb-max-open-files rocksdb-max-sub-compactions \
         rocksdb-max-wal-size rocksdb-memory-budget rocksdb-memory-ratio rocksdb-partition-sst-by-log \
         rocksdb-partition-sst-by-loglet rocksdb-wal-dir rocksdb-writable-file-max-buffer-size \
         write-batch-commit-bytes write-batch-commit-count writer-batch-commit-count",
    ),
    (
        "metadata-client",
        "+aws addresses backoff-policy:retry connect-timeout keep-alive-interval keep-alive-timeout \
         message-size-limit path type",
    ),
    (
        "metadata-server",
        "+rocksdb auto-join log-trim-threshold raft-election-tick raft-heartbeat-tick raft-tick-interval \
         request-queue-length rocksdb-memory-budget rocksdb-memory-ratio status-update-interval type",
    ),
    (
        "networking",
        "connect-retry-policy:retry connect-timeout data-stream-window-size disable-compression fabric-memory-limit \
         handshake-timeout http2-adaptive-window http2-keep-alive-interval http2-keep-alive-timeout \
         message-size-limit",
    ),
    (
        "worker",
        "cleanup-interval data-service-memory-limit durability-mode internal-queue-length invoker \
         max-command-batch-bytes max-command-batch-size num-timers-in-memory-limit rule-book-poll-interval \
         self-proposal-queue-memory-limit shuffle:ingestion snapshots storage trim-delay-interval",
    ),
    (
        "worker.invoker",
        "+client abort-timeout action-throttling:throttling concurrent-invocations-limit eager-state-size-limit \
         in-memory-queue-length-limit inactivity-timeout invocation-throttling:throttling max-awaited-future-depth \
         memory-limit message-size-limit message-size-warning on-future-recursion-limit \
         per-invocation-initial-memory per-invocation-memory-limit tmp-dir",
    ),
    (
        "worker.snapshots",
        "+aws destination enable-cleanup export-concurrency-limit num-retained snapshot-interval \
         snapshot-interval-num-records",
    ),
    (
        "worker.storage",
        "+rocksdb rocksdb-disable-auto-memory-reclaimer rocksdb-disable-compact-on-deletion \
         rocksdb-l0-num-compaction-trigger rocksdb-max-file-size rocksdb-max-open-files rocksdb-max-sub-compactions \
         rocksdb-memory-budget rocksdb-memory-ratio rocksdb-writable-file-max-buffer-size",
    ),
];

/// Keys that several tables have.
const GROUPS: &[(&str, &str)] = &[
    ("listen", "advertised-address advertised-host bind-address bind-ip bind-port listen-mode use-random-ports"),
    (
        "rocksdb",
        "rocksdb-block-size rocksdb-compaction-readahead-size rocksdb-disable-direct-io-for-flush-and-compactions \
         rocksdb-disable-direct-io-for-reads rocksdb-disable-l0-l1-compression rocksdb-disable-statistics \
         rocksdb-disable-wal rocksdb-disable-wal-compression rocksdb-log-keep-file-num rocksdb-log-level \
         rocksdb-log-max-file-size rocksdb-max-background-jobs rocksdb-statistics-level",
    ),
    (
        "aws",
        "aws-access-key-id aws-allow-http aws-endpoint-url aws-profile aws-region aws-secret-access-key \
         aws-session-token object-store-retry-policy:retry",
    ),
    // At the top before 1.7, and of the invoker since.
    (
        "client",
        "additional-request-headers= aws-assume-role-external-id aws-profile connect-timeout http-keep-alive-options= \
         http-proxy http2-idle-connection-timeout http2-initial-connection-window-size http2-initial-max-send-streams \
         http2-initial-stream-window-size http2-keep-alive-interval http2-keep-alive-jitter http2-keep-alive-timeout \
         http2-max-frame-size http2-streams-per-connection-limit initial-max-send-streams no-proxy \
         request-compression-threshold request-identity-expiration request-identity-private-key-pem-file",
    ),
    ("ingestion", "connection-retry-policy:retry inflight-memory-budget request-batch-size"),
    ("retry", "factor initial-interval interval max-attempts max-interval type"),
    ("throttling", "capacity rate"),
];

/// What a key stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Below {
    /// A value, or a table of [`TABLES`].
    Known,
    /// A table with the keys of a group.
    Group(&'static str),
    /// A table whose keys are anybody's.
    Free,
}

/// A key that no server reads.
pub(super) struct Unknown {
    /// Its path, `worker.snapshot`.
    pub(super) path: String,
    /// Where it stands in the text.
    pub(super) span: Option<Span>,
    /// What was probably meant: the path of a key.
    pub(super) meant: Option<String>,
}

/// Returns every key of `root` that no server reads.
pub(super) fn unknown(root: &Value) -> Vec<Unknown> {
    let mut found = Vec::new();
    if let Some(map) = root.as_map() {
        walk(map, "", &keys_of(""), &mut found);
    }
    found
}

/// Returns the path of the key that the variable `name` sets, if its name is that of a key in a table and there is no
/// such key, with what was probably meant. A variable of the top level may be anything.
pub(super) fn unknown_variable(name: &str) -> Option<Unknown> {
    let path: Vec<_> =
        name.strip_prefix("RESTATE_")?.split("__").map(|part| part.to_lowercase().replace('_', "-")).collect();
    let [_, _, ..] = path[..] else { return None };
    let innermost = Value::new(true);
    let root = path.iter().rev().fold(innermost, |value, key| {
        let mut map = Map::new();
        map.insert(key.clone(), value);
        Value::new(map)
    });
    unknown(&root).pop()
}

fn walk(map: &Map, table: &str, keys: &[(&'static str, Below)], found: &mut Vec<Unknown>) {
    for entry in map {
        let key = entry.key.as_ref();
        let path = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
        let Some(&(_, below)) = keys.iter().find(|(known, _)| *known == key) else {
            let near = nearest(key, keys.iter().map(|(known, _)| *known));
            let meant = match near {
                Some(near) if table.is_empty() => Some(near.to_owned()),
                Some(near) => Some(format!("{table}.{near}")),
                None => elsewhere(key),
            };
            found.push(Unknown { path, span: entry.key_span, meant });
            continue;
        };
        let Some(inner) = entry.value.as_map() else { continue };
        match below {
            Below::Known if TABLES.iter().any(|(name, _)| *name == path) => walk(inner, &path, &keys_of(&path), found),
            Below::Group(group) => walk(inner, &path, &expand(group_of(group)), found),
            Below::Known | Below::Free => {}
        }
    }
}

/// Returns the path of `key` in the one table that has it.
fn elsewhere(key: &str) -> Option<String> {
    let mut having =
        TABLES.iter().filter(|(table, keys)| !table.is_empty() && expand(keys).iter().any(|(known, _)| *known == key));
    match (having.next(), having.next()) {
        (Some((table, _)), None) => Some(format!("{table}.{key}")),
        _ => None,
    }
}

fn keys_of(table: &str) -> Vec<(&'static str, Below)> {
    TABLES.iter().find(|(name, _)| *name == table).map(|(_, keys)| expand(keys)).unwrap_or_default()
}

fn group_of(group: &str) -> &'static str {
    GROUPS.iter().find(|(name, _)| *name == group).map_or("", |(_, keys)| keys)
}

fn expand(keys: &'static str) -> Vec<(&'static str, Below)> {
    let mut all = Vec::new();
    for key in keys.split_whitespace() {
        match (key.strip_prefix('+'), key.split_once(':'), key.strip_suffix('=')) {
            (Some(group), ..) => all.extend(expand(group_of(group))),
            (_, Some((key, group)), _) => all.push((key, Below::Group(group))),
            (.., Some(key)) => all.push((key, Below::Free)),
            _ => all.push((key, Below::Known)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::restate::toml::Config;

    #[track_caller]
    fn found(text: &str) -> Vec<(String, Option<String>)> {
        let config = Config::read(text);
        assert!(config.error.is_none(), "{text}");
        unknown(config.root()).into_iter().map(|unknown| (unknown.path, unknown.meant)).collect()
    }

    #[test]
    fn tables_and_groups_refer_to_each_other() {
        for (table, keys) in TABLES {
            for (key, below) in expand(keys) {
                assert!(
                    key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                    "{key}"
                );
                if let Below::Group(group) = below {
                    assert!(!group_of(group).is_empty(), "{table}.{key}: {group}");
                }
            }
            let (parent, own) = table.rsplit_once('.').unwrap_or(("", table));
            assert!(
                table.is_empty() || keys_of(parent).contains(&(own, Below::Known)),
                "{table} is no key of {parent}"
            );
        }
    }

    #[test]
    fn what_examples_of_upstream_set_is_known() {
        let text = r#"
            roles = ["worker", "admin"]
            auto-provision = false
            default-replication = { node = 2 }
            rocksdb-total-memory-size = "4GiB"
            [metadata-client]
            type = "replicated"
            addresses = ["http://restate-cluster:5122/"]
            [metadata-client.backoff-policy]
            type = "exponential"
            factor = 2.0
            [bifrost.replicated-loglet]
            readahead-records = 20
            [worker.snapshots]
            destination = "s3://a/b"
            num-retained = 2
            [worker.invoker.additional-request-headers]
            x-anything = "y"
            [[ingress.kafka-clusters]]
            name = "k"
        "#;
        assert_eq!(found(text), []);
    }

    #[test]
    fn unknown_keys_are_found_with_what_was_meant() {
        let one = |text: &str, path: &str, meant: Option<&str>| {
            assert_eq!(found(text), [(path.to_owned(), meant.map(str::to_owned))]);
        };
        one("auto-provisioning = false", "auto-provisioning", Some("auto-provision"));
        one("[worker.snapshot]\ndestination = \"x\"", "worker.snapshot", Some("worker.snapshots"));
        one(
            "[worker.snapshots]\ndestinations = \"x\"",
            "worker.snapshots.destinations",
            Some("worker.snapshots.destination"),
        );
        one("num-retained = 1", "num-retained", Some("worker.snapshots.num-retained"));
        one("entirely-new = 1", "entirely-new", None);
        one(
            "[networking.connect-retry-policy]\nfactr = 1",
            "networking.connect-retry-policy.factr",
            Some("networking.connect-retry-policy.factor"),
        );
    }

    #[test]
    fn variables_are_keys_by_another_name() {
        assert!(unknown_variable("RESTATE_WORKER__SNAPSHOTS__AWS_REGION").is_none());
        assert!(unknown_variable("RESTATE_ANYTHING").is_none());
        let unknown = unknown_variable("RESTATE_WORKER__SNAPSHOTS__AWS_REGIN").unwrap();
        assert_eq!(unknown.meant.as_deref(), Some("worker.snapshots.aws-region"));
    }
}
