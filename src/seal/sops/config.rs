//! `.sops.yaml`: whom each file is encrypted for, and which of its values.

use regex_lite::Regex;

use super::selector::Selector;
use crate::diagnostic::Diagnostic;
use crate::seal::Recipient;
use crate::seal::rules::{CREATION_RULE, NO_CREATION_RULE};
use crate::value::{Node, Origin, Value};

/// How one file is encrypted.
#[derive(Clone, Debug)]
pub struct CreationRule {
    /// The public keys, at least one.
    pub recipients: Vec<Recipient>,
    /// The values that are encrypted.
    pub selector: Selector,
    /// Whether the signature covers encrypted values alone, so that others may be changed without a key.
    pub signs_encrypted_only: bool,
    /// Where the rule and its keys stand.
    pub origin: Origin,
}

/// Keys that are none of age, as rules call them.
const OTHER_KEYS: [&str; 6] = ["kms", "gcp_kms", "hckms", "azure_keyvault", "hc_vault_transit_uri", "pgp"];

/// What is wrong with a rule, and where.
type Bad = (String, Origin);

/// Returns the rule of `config`, a `.sops.yaml`, for the file at `path`: the first one that matches, as for SOPS itself.
pub fn creation_rule(config: &Value, path: &str) -> Result<CreationRule, Box<Diagnostic>> {
    for rule in config.get("creation_rules").and_then(Value::as_list).unwrap_or_default() {
        let read = matches(rule, path).and_then(|matches| if matches { read(rule).map(Some) } else { Ok(None) });
        match read {
            Ok(None) => {}
            Ok(Some(rule)) => return Ok(rule),
            Err((message, place)) => return Err(Box::new(CREATION_RULE.found(message).decided_at(place.spans(), ""))),
        }
    }
    let found = NO_CREATION_RULE.found(format!("no creation rule of `.sops.yaml` matches `{path}`"));
    let place = config.as_map().and_then(|map| map.entry("creation_rules")).and_then(|entry| entry.key_span);
    Err(Box::new(found.decided_at(place.as_slice(), "")))
}

fn matches(rule: &Value, path: &str) -> Result<bool, Bad> {
    let Some(expression) = rule.get("path_regex") else { return Ok(true) };
    match expression.as_str().map(Regex::new) {
        Some(Ok(regex)) => Ok(regex.is_match(path)),
        Some(Err(error)) => Err((format!("`path_regex` is no regular expression: {error}"), expression.origin.clone())),
        None => Err(("`path_regex` is no text".to_owned(), expression.origin.clone())),
    }
}

fn read(rule: &Value) -> Result<CreationRule, Bad> {
    let group = match rule.get("key_groups").map(|groups| (groups.as_list(), groups)) {
        None => rule,
        Some((Some([only]), _)) => only,
        Some((_, groups)) => return Err(("the rule has not one group of keys".to_owned(), groups.origin.clone())),
    };
    let is_empty = |keys: &Value| keys.as_list().is_some_and(<[Value]>::is_empty);
    for other in OTHER_KEYS {
        if let Some(keys) = group.get(other).filter(|keys| !is_empty(keys)) {
            let message = format!("the rule asks for keys of `{other}`, and bayplan encrypts for age");
            return Err((message, keys.origin.clone()));
        }
    }
    let mut recipients: Vec<Recipient> = Vec::new();
    let mut origin = Origin::default();
    let texts = match group.get("age") {
        Some(Value { node: Node::List(keys), .. }) => keys.as_slice(),
        Some(text) => std::slice::from_ref(text),
        None => &[],
    };
    for text in texts {
        for key in text.as_str().unwrap_or_default().split(',').map(str::trim).filter(|key| !key.is_empty()) {
            let parsed = key.parse();
            let recipient = parsed.map_err(|reason| (format!("`{key}`: {reason}"), text.origin.clone()))?;
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
        origin.add(&text.origin);
    }
    if recipients.is_empty() {
        return Err(("the rule names no public key of age".to_owned(), place(rule)));
    }
    let selector = Selector::read(rule).map_err(|reason| (reason, place(rule)))?;
    Ok(CreationRule {
        recipients,
        selector: selector.unwrap_or_else(Selector::of_a_secret),
        signs_encrypted_only: rule.get("mac_only_encrypted").and_then(Value::as_bool) == Some(true),
        origin,
    })
}

/// Returns where a rule begins.
fn place(rule: &Value) -> Origin {
    let first = rule.as_map().and_then(|map| map.iter().next()?.key_span);
    first.map_or_else(|| rule.origin.clone(), Origin::at)
}
