//! What must never enter the tree or any output: secrets.

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Object;
use crate::source::Span;
use crate::value::{Node, Origin, Value};

pub(super) const RULES: &[Rule] = &[PLAINTEXT, PARTLY_ENCRYPTED, IN_TREE, NOT_NEEDED];

const PLAINTEXT: Rule = Rule::error(
    "secrets/plaintext",
    "a Secret stands in the input in clear",
    "It would be committed: whoever can read the repository, or ever could, has it.",
    "delete it, rotate what it held, and make it outside of git, or encrypt it with SOPS",
);

const PARTLY_ENCRYPTED: Rule = Rule::error(
    "secrets/partly-encrypted",
    "a Secret encrypted with SOPS holds a value in clear",
    "Everything outside of `ENC[…]` is committed as it is.",
    "encrypt the file again with an `encrypted_regex` of `^(data|stringData)$`",
);

const IN_TREE: Rule = Rule::error(
    "secrets/in-tree",
    "a secret would enter the tree",
    "It would be committed in clear.",
    "refer to a Secret that somebody makes, by `secretKeyRef` or a mounted volume",
);

/// Told by the compile step of a cluster.
pub(super) const NOT_NEEDED: Rule = Rule::note(
    "secrets/not-needed",
    "a secret is given that nothing uses",
    "With `secrets.mode: existing` somebody makes the Secrets, and with `externalSecrets` a secret store has the values; a \
     copy in cluster.yaml can only leak.",
    "delete the variable, and make what SECRETS.md lists",
);

/// The fields of a Secret that hold values.
const DATA: &[&str] = &["data", "stringData"];

fn is_secret(value: &Value) -> bool {
    value.get("kind").and_then(Value::as_str) == Some("Secret")
        && value.get("apiVersion").and_then(Value::as_str) == Some("v1")
}

/// Whether SOPS encrypted the object: its fields are then those of the encrypted file.
pub(super) fn is_encrypted(value: &Value) -> bool {
    value.get("sops").is_some_and(|sops| sops.as_map().is_some())
}

/// Collects the places of values that must not be shown, those of every Secret in a document.
pub(super) fn hide(document: &Value, secrets: &mut Vec<Span>) {
    let mut hide = |value: &Value| {
        if is_secret(value) {
            for data in DATA.iter().filter_map(|key| value.get(key)) {
                data.walk(&mut |inner| {
                    if !matches!(inner.node, Node::Map(_) | Node::List(_) | Node::Null) {
                        secrets.extend(inner.origin.spans());
                    }
                });
            }
        }
    };
    document.walk(&mut hide);
}

/// Reports a Secret in clear.
pub(super) fn plaintext(object: &Object, problems: &mut Vec<Diagnostic>) {
    if !is_secret(&object.value) {
        return;
    }
    let encrypted = is_encrypted(&object.value);
    let entries = DATA.iter().filter_map(|key| object.value.get(key)?.as_map()).flatten();
    let clear: Vec<_> = entries
        .filter(|entry| !(encrypted && entry.value.as_str().is_some_and(|text| text.starts_with("ENC["))))
        .collect();
    if clear.is_empty() {
        return;
    }
    let rule = if encrypted { PARTLY_ENCRYPTED } else { PLAINTEXT };
    let keys: Vec<_> = clear.iter().map(|entry| format!("`{}`", entry.key)).collect();
    let found = rule.found(format!("`{}` holds {} in clear", object.id, keys.join(", ")));
    let place: Vec<_> = clear.iter().filter_map(|entry| entry.key_span).take(1).collect();
    problems.push(found.decided_at(if place.is_empty() { object.declared.spans() } else { &place }, ""));
}

/// Reports every secret in an object that is about to be written.
pub(super) fn in_tree(object: &Value, name: &str, declared: &Origin, problems: &mut Vec<Diagnostic>) {
    let mut found = Vec::new();
    object.walk(&mut |value| {
        if value.origin.secret && !matches!(value.node, Node::Map(_) | Node::List(_)) {
            let place = if value.origin.is_empty() { declared } else { &value.origin };
            found.push(IN_TREE.found(format!("a secret would enter `{name}`")).decided_at(place.spans(), ""));
        }
    });
    problems.extend(found);
}
