//! Where the servers send events of buckets to: their settings, and what the servers refuse of them.
//!
//! Source: minio/minio, `internal/config/notify/{help,parse}.go` and `internal/event/target/*.go`.

use super::MinIO;
use super::declaration::{EventTarget, TargetType};
use crate::component::{self, Credential, Piece};
use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::value::{Origin, Traced, Value, manifest, text};

pub(super) const TARGET_NAME: Rule = Rule::error(
    "minio/event-target-name",
    "the name of an event target is no name of a variable",
    "The settings of a target are variables of the servers that end with its name.",
    "use letters, digits and `_` only",
);

pub(super) const SAME_TARGET: Rule = Rule::error(
    "minio/same-event-target",
    "two event targets of one type have one name",
    "The settings of one would replace those of the other.",
    "give each target a name of its own",
);

pub(super) const SETTING_UNKNOWN: Rule = Rule::error(
    "minio/event-setting-unknown",
    "an event target has a setting that its type does not know",
    "The servers never read it.",
    "correct its name",
);

pub(super) const SETTING_MISSING: Rule = Rule::error(
    "minio/event-setting-missing",
    "an event target lacks a setting",
    "The servers do not start with such a target.",
    "add the setting",
);

pub(super) const SETTING_IN_CLEAR: Rule = Rule::error(
    "minio/event-secret-in-clear",
    "a secret stands among the settings of an event target",
    "They are written into the Tenant, which everybody reads who reads the repository.",
    "move it to `secretSettings`: its place is the Secret with the root credentials",
);

/// What a type of target knows.
struct Known {
    /// In the name of a variable.
    env: &'static str,
    /// In the ARN.
    arn: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    secret: &'static [&'static str],
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
const fn known(kind: TargetType) -> Known {
    match kind {
        TargetType::Webhook => Known {
            env: "WEBHOOK",
            arn: "webhook",
            required: &["endpoint"],
            optional: &["client_cert", "client_key"],
            secret: &["auth_token"],
        },
        TargetType::Amqp => Known {
            env: "AMQP",
            arn: "amqp",
            required: &["url"],
            optional: &[
                "exchange",
                "exchange_type",
                "routing_key",
                "mandatory",
                "durable",
                "no_wait",
                "internal",
                "auto_deleted",
                "delivery_mode",
                "publishing_confirms",
            ],
            secret: &[],
        },
        TargetType::Kafka => Known {
            env: "KAFKA",
            arn: "kafka",
            required: &["brokers"],
            optional: &[
                "topic",
                "sasl",
                "sasl_username",
                "sasl_mechanism",
                "tls",
                "tls_skip_verify",
                "tls_client_auth",
                "client_tls_cert",
                "client_tls_key",
                "version",
                "batch_size",
                "batch_commit_timeout",
                "producer_compression_codec",
                "producer_compression_level",
            ],
            secret: &["sasl_password"],
        },
        TargetType::Mqtt => Known {
            env: "MQTT",
            arn: "mqtt",
            required: &["broker", "topic"],
            optional: &["username", "qos", "keep_alive_interval", "reconnect_interval"],
            secret: &["password"],
        },
        TargetType::Postgresql => Known {
            env: "POSTGRES",
            arn: "postgresql",
            required: &["connection_string", "table", "format"],
            optional: &["max_open_connections"],
            secret: &["connection_string"],
        },
        TargetType::Mysql => Known {
            env: "MYSQL",
            arn: "mysql",
            required: &["dsn_string", "table", "format"],
            optional: &["max_open_connections"],
            secret: &["dsn_string"],
        },
        TargetType::Nats => Known {
            env: "NATS",
            arn: "nats",
            required: &["address", "subject"],
            optional: &[
                "username",
                "tls",
                "tls_skip_verify",
                "ping_interval",
                "jetstream",
                "cert_authority",
                "client_cert",
                "client_key",
            ],
            secret: &["password", "token", "nkey_seed"],
        },
        TargetType::Nsq => Known {
            env: "NSQ",
            arn: "nsq",
            required: &["nsqd_address", "topic"],
            optional: &["tls", "tls_skip_verify"],
            secret: &[],
        },
        TargetType::Elasticsearch => Known {
            env: "ELASTICSEARCH",
            arn: "elasticsearch",
            required: &["url", "index", "format"],
            optional: &["username"],
            secret: &["password"],
        },
        TargetType::Redis => Known {
            env: "REDIS",
            arn: "redis",
            required: &["address", "key", "format"],
            optional: &["user"],
            secret: &["password"],
        },
    }
}

/// What every type knows.
const COMMON: &[&str] = &["queue_dir", "queue_limit", "comment"];

impl Known {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        [self.required, self.optional, self.secret, COMMON].into_iter().flatten().copied()
    }
}

/// Returns the targets as declarations of buckets find them.
pub(super) fn offered(minio: &MinIO) -> Vec<component::EventTarget> {
    let targets = minio.spec.event_targets.iter();
    let target = |target: &EventTarget| component::EventTarget {
        name: target.name.clone(),
        arn: target.name.zip(&target.kind, |name, &kind| format!("arn:minio:sqs::{name}:{}", known(kind).arn)),
    };
    targets.map(target).collect()
}

/// Returns the variables of the servers, but for secrets.
pub(super) fn variables(minio: &MinIO) -> Vec<Value> {
    let mut variables = Vec::new();
    for target in &minio.spec.event_targets {
        let mut add = |key: &str, value: Traced<String>| {
            let name = variable(target, key);
            let because = name.origin().clone();
            variables.push(manifest!({ name: name, value: value }).because(&because));
        };
        add("enable", Traced::literal("on".to_owned()));
        target.settings.iter().for_each(|(key, value)| add(key, value.clone()));
    }
    variables
}

/// Returns the lines for secrets in the file that the servers read their root credentials from.
pub(super) fn secret_lines(minio: &MinIO) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for target in &minio.spec.event_targets {
        for setting in &target.secret_settings {
            let id = text!(
                "{}/{}/events/{}/{}",
                minio.metadata.namespace(),
                minio.metadata.name(),
                target.name,
                setting.name
            );
            let credential =
                Credential { id, access_key: setting.name.clone(), secret_key: setting.value.clone(), rotation: None };
            let name =
                setting.name.zip(&target.name, |_, _| ()).map(|()| variable(target, setting.name.get()).get().clone());
            pieces.push(Piece::Text(text!("export {}=\"", name)));
            pieces.push(Piece::SecretKey(credential));
            pieces.push(Piece::Text(Traced::literal("\"\n".to_owned())));
        }
    }
    pieces
}

fn variable(target: &EventTarget, key: &str) -> Traced<String> {
    let key = key.to_uppercase();
    target.name.zip(&target.kind, |name, &kind| format!("MINIO_NOTIFY_{}_{key}_{name}", known(kind).env))
}

pub(super) fn lint(minio: &MinIO) -> Vec<Diagnostic> {
    let targets = &minio.spec.event_targets;
    let mut found = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let name = target.name.get();
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let message = format!("`{name}` cannot stand in the name of a variable");
            found.push(TARGET_NAME.found(message).decided_at(target.name.origin().spans(), ""));
        }
        let same = |other: &&EventTarget| other.name == target.name && other.kind == target.kind;
        if let Some(first) = targets[..index].iter().find(same) {
            let message = format!("two targets are called `{name}`");
            let place = target.name.origin().and(first.name.origin());
            found.push(SAME_TARGET.found(message).decided_at(place.spans(), ""));
        }
        found.extend(settings(target));
    }
    found
}

/// Returns the settings that hold a secret, and stand where everybody can read them.
pub(super) fn in_clear(target: &EventTarget) -> impl Iterator<Item = (&str, &Traced<String>)> {
    let known = known(*target.kind.get());
    target.settings.iter().map(|(key, value)| (key.as_str(), value)).filter(move |(key, value)| {
        // A URL may hold a password, too.
        let host = value.get().split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
        known.secret.contains(key) || host.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

fn settings(target: &EventTarget) -> Vec<Diagnostic> {
    let known = known(*target.kind.get());
    let of_kind = |origin: &Origin| origin.and(target.kind.origin());
    let mut found = Vec::new();
    let clear = target.settings.iter().map(|(key, value)| (key.as_str(), value.origin()));
    let secret = target.secret_settings.iter().map(|setting| (setting.name.get().as_str(), setting.name.origin()));
    for (key, origin) in clear.chain(secret) {
        if !known.all().any(|one| one == key) {
            let told = SETTING_UNKNOWN.found(format!("a target of type `{}` has no setting `{key}`", known.arn));
            let told = match nearest(key, known.all()) {
                Some(nearest) => told.help(format!("did you mean `{nearest}`?")),
                None => told,
            };
            found.push(told.decided_at(of_kind(origin).spans(), ""));
        }
    }
    for (key, value) in in_clear(target) {
        let message = format!("`{key}` of target `{}` holds a secret", target.name);
        found.push(SETTING_IN_CLEAR.found(message).decided_at(value.origin().spans(), ""));
    }
    for key in known.required {
        let written = target.settings.contains_key(*key)
            || target.secret_settings.iter().any(|setting| setting.name.get() == key);
        if !written {
            let message = format!("target `{}` needs `{key}`", target.name);
            found.push(SETTING_MISSING.found(message).decided_at(of_kind(target.name.origin()).spans(), ""));
        }
    }
    found
}
