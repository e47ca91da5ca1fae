//! What is wrong with the credentials of a `MinIO`: its own, and those of whoever claims something in it.

use super::super::MinIO;
use crate::component::{Context, Credential};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Traced;

pub(super) const KNOWN_CREDENTIALS: Rule = Rule::error(
    "minio/known-credentials",
    "a key is one that everybody knows",
    "Defaults and examples of documentation are what is tried first by whoever finds a store.",
    "choose another one, or leave it out and have it made up: `openssl rand -hex 24`",
);

pub(super) const KEY_CHARACTERS: Rule = Rule::refusal(
    "minio/key-characters",
    "a key holds characters that a reader of it takes for something else",
    "The server refuses `=` and `,` in an access key. The root credentials are read as lines of a shell by the Job of buckets and by two more parsers: of quotes, `$` and `\\` each makes something else, and the password would not be the same for all.",
    "use letters, digits, `-` and `_`",
);

pub(super) const ROOT_IN_USE: Rule = Rule::error(
    "minio/root-in-use",
    "a consumer has the access key of the root user",
    "The server refuses a user of that name; with the root credentials the consumer could do anything to everybody's objects.",
    "give the consumer a key of its own, or the root user another name",
);

/// Keys from defaults and documentation, in lower case.
const KNOWN: &[&str] = &[
    "minioadmin",
    "minio123",
    "minio-secret",
    "miniosecret",
    "console123",
    "admin123",
    "adminadmin",
    "changeme",
    "change-me",
    "changeit",
    "password",
    "password123",
    "passw0rd",
    "secretkey",
    "secret-key",
    "supersecret",
    "topsecret",
    "12345678",
];

pub(super) fn lint(minio: &MinIO, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let root = minio.root();
    found.extend(known(&root));
    found.extend(in_shell(&root.access_key, "the name of the root user"));
    found.extend(root.secret_key.as_ref().and_then(|key| in_shell(key, "the password of the root user")));
    found.extend(divider(&root.access_key));
    let store = minio.store();
    for access in context.accesses_to(&store) {
        let key = &access.credential.access_key;
        found.extend(known(&access.credential));
        found.extend(divider(key));
        if *key == root.access_key {
            let place = key.origin().and(&access.claimant).and(root.access_key.origin());
            let message = format!("user `{}` has the access key of the root user, `{key}`", access.user);
            found.push(ROOT_IN_USE.found(message).decided_at(place.spans(), ""));
        }
    }
    found
}

/// No message quotes a secret key, not even one that everybody knows.
fn known(credential: &Credential) -> Vec<Diagnostic> {
    let is_known = |key: &str| KNOWN.contains(&key.to_lowercase().as_str());
    let access = &credential.access_key;
    let mut found = Vec::new();
    if is_known(access.get()) {
        let message = format!("the access key `{access}` is known to everybody");
        found.push(KNOWN_CREDENTIALS.found(message).decided_at(access.origin().spans(), ""));
    }
    if let Some(secret) = credential.secret_key.as_ref().filter(|secret| is_known(secret.get())) {
        let message = format!("the secret key of `{access}` is known to everybody");
        found.push(KNOWN_CREDENTIALS.found(message).decided_at(secret.origin().spans(), ""));
    }
    found
}

fn in_shell(key: &Traced<String>, what: &str) -> Option<Diagnostic> {
    let letter = key.get().chars().find(|letter| matches!(letter, '"' | '\'' | '\\' | '$' | '`' | '\n' | '\r'))?;
    let message = format!(
        "{what} holds {}",
        if letter.is_control() { "the end of a line".to_owned() } else { format!("`{letter}`") }
    );
    Some(KEY_CHARACTERS.found(message).decided_at(key.origin().spans(), ""))
}

fn divider(key: &Traced<String>) -> Option<Diagnostic> {
    let letter = key.get().chars().find(|letter| matches!(letter, '=' | ','))?;
    let message = format!("the access key `{key}` holds `{letter}`");
    Some(KEY_CHARACTERS.found(message).decided_at(key.origin().spans(), ""))
}
