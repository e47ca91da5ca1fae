//! Files as SOPS writes and reads them: values encrypted one by one, the rest as it is, and a signature on all of it.
//!
//! The format is told by nothing but the program, <https://github.com/getsops/sops>: `aes/cipher.go` has the values,
//! `sops.go` the signature, `stores/stores.go` the block `sops`. Tests hold it against the program itself.

mod cipher;
mod config;
mod selector;

use std::fmt::Write as _;

use sha2::{Digest as _, Sha512};

use self::cipher::DataKey;
pub use self::config::{CreationRule, creation_rule};
pub use self::selector::Selector;
use super::{Identities, Random, Recipient, Time};
use crate::value::{Map, Node, Value, manifest};
use crate::yaml;

/// The block that tells how a file is encrypted.
const BLOCK: &str = "sops";
/// The version of the program whose files ours are like.
const VERSION: &str = "3.13.3";
/// What the signature begins with where it covers encrypted values alone: the SHA-256 of `sops`.
const ENCRYPTED_ONLY: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// An encrypted file.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it holds without the block, in its order: the encrypted values as they stand there.
    content: Value,
    block: Block,
}

/// What the block says.
#[derive(Clone, Debug)]
struct Block {
    /// The public keys with the data key, encrypted for each.
    keys: Vec<(String, String)>,
    /// Whether there are keys that are none of age.
    other_keys: bool,
    selector: Selector,
    signs_encrypted_only: bool,
    last_modified: String,
    signature: String,
}

/// Why a file does not open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Closed {
    /// None of the private keys at hand belongs to one of those that it is encrypted for.
    NoKey,
    /// It is not what SOPS wrote: the place, or the signature.
    Damaged(String),
}

/// Returns `manifest` encrypted as `rule` says. An error is a value that the rule would leave in clear, or one that
/// Kubernetes must read and could not.
pub fn encrypt(manifest: &Value, rule: &CreationRule, now: Time, random: &mut Random) -> Result<Value, String> {
    let mut key = DataKey::default();
    random.fill_bytes(&mut key);
    let mut signature = Signature::new(rule.signs_encrypted_only);
    let mut content = each_scalar(&yaml::in_order(manifest), &mut Vec::new(), &mut |scalar, path| {
        let encrypted = rule.selector.encrypts(path);
        if encrypted != holds_a_value(path) {
            let (setting, text) = rule.selector.setting();
            let place = path[0];
            return Err(if encrypted {
                format!("`{setting}: {text}` encrypts `{place}`, which Kubernetes must read")
            } else {
                format!("`{setting}: {text}` leaves `{place}` in clear")
            });
        }
        let bytes = bytes(scalar);
        signature.add(&bytes, encrypted);
        Ok(if encrypted {
            let text = str::from_utf8(&bytes).expect("a scalar is text");
            Value::new(cipher::encrypt(text, &place(path), &key, random)).because(&scalar.origin)
        } else {
            scalar.clone()
        })
    })?;
    let last_modified = now.text();
    let mac = cipher::encrypt(&signature.text(), &last_modified, &key, random);
    let keys: Vec<_> = rule
        .recipients
        .iter()
        .map(|recipient| manifest!({ recipient: recipient.to_string(), enc: recipient.wrap(&key) }))
        .collect();
    let (setting, text) = rule.selector.setting();
    let block = manifest!({
        age: keys,
        lastmodified: last_modified,
        mac: mac,
        (setting): text.to_owned(),
        mac_only_encrypted: rule.signs_encrypted_only.then_some(true),
        version: VERSION,
    });
    content.as_map_mut().expect("a manifest is a map").insert(BLOCK, block);
    Ok(content)
}

impl Document {
    /// Reads an encrypted file. An error tells why it is none that we can know.
    pub fn read(document: &Value) -> Result<Self, String> {
        let block = document.get(BLOCK).ok_or_else(|| format!("it has no block `{BLOCK}`"))?;
        let block = Block::read(block)?;
        let mut content = document.clone();
        each_scalar(document, &mut Vec::new(), &mut |scalar, path| {
            let fine = matches!(path, [BLOCK, ..])
                || !block.selector.encrypts(path)
                || scalar.as_str().is_some_and(cipher::is_encrypted);
            if fine { Ok(Value::default()) } else { Err(format!("it holds `{}` in clear", path.join("."))) }
        })?;
        content.as_map_mut().expect("what has a block is a map").remove(BLOCK);
        Ok(Self { content, block })
    }

    /// Returns what it holds, encrypted values as they stand there.
    pub fn content(&self) -> &Value {
        &self.content
    }

    /// Returns the public keys that open it.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.block.keys.iter().map(|(recipient, _)| recipient.as_str())
    }

    /// Whether it is encrypted as `rule` says: for the same keys, and the same values.
    pub fn follows(&self, rule: &CreationRule) -> bool {
        let block = &self.block;
        let same = |own: &(String, String), wanted: &Recipient| own.0 == wanted.to_string();
        !block.other_keys
            && block.selector == rule.selector
            && block.signs_encrypted_only == rule.signs_encrypted_only
            && block.keys.len() == rule.recipients.len()
            && rule.recipients.iter().all(|wanted| block.keys.iter().any(|own| same(own, wanted)))
    }

    /// Returns the manifest in clear, if it opens and its signature holds.
    pub fn decrypt(&self, identities: &Identities) -> Result<Value, Closed> {
        let key = self.block.keys.iter().find_map(|(_, wrapped)| identities.open(wrapped)).ok_or(Closed::NoKey)?;
        let key = DataKey::try_from(key).map_err(|_| Closed::Damaged("the data key has another length".to_owned()))?;
        let mut signature = Signature::new(self.block.signs_encrypted_only);
        let clear = each_scalar(&self.content, &mut Vec::new(), &mut |scalar, path| {
            if !self.block.selector.encrypts(path) {
                signature.add(&bytes(scalar), false);
                return Ok(scalar.clone());
            }
            let opened = scalar.as_str().and_then(|text| cipher::decrypt(text, &place(path), &key));
            let opened = opened.ok_or_else(|| Closed::Damaged(format!("`{}` does not open", path.join("."))))?;
            signature.add(&opened, true);
            let text =
                String::from_utf8(opened).map_err(|_| Closed::Damaged(format!("`{}` is no text", path.join("."))))?;
            Ok(Value::new(text).because(&scalar.origin))
        })?;
        let written = cipher::decrypt(&self.block.signature, &self.block.last_modified, &key);
        if written != Some(signature.text().into_bytes()) {
            return Err(Closed::Damaged("its signature `mac` is not that of what it holds".to_owned()));
        }
        Ok(clear)
    }
}

impl Block {
    fn read(block: &Value) -> Result<Self, String> {
        let text = |value: &Value, key: &str| {
            let text = value.get(key).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("its block `{BLOCK}` has no `{key}`"))
        };
        let mut keys = Vec::new();
        for key in block.get("age").and_then(Value::as_list).unwrap_or_default() {
            keys.push((text(key, "recipient")?, text(key, "enc")?));
        }
        let others = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp", "key_groups"];
        let any = |key: &&str| block.get(key).and_then(Value::as_list).is_some_and(|keys| !keys.is_empty());
        Ok(Self {
            keys,
            other_keys: others.iter().any(any),
            // What SOPS does where a file says nothing.
            selector: Selector::read(block)?.unwrap_or(Selector::UnencryptedSuffix("_unencrypted".to_owned())),
            signs_encrypted_only: block.get("mac_only_encrypted").and_then(Value::as_bool) == Some(true),
            last_modified: text(block, "lastmodified")?,
            signature: text(block, "mac")?,
        })
    }
}

/// The signature in the making: a sum of the values alone, in their order.
struct Signature {
    sum: Sha512,
    encrypted_only: bool,
}

impl Signature {
    fn new(encrypted_only: bool) -> Self {
        let mut sum = Sha512::new();
        if encrypted_only {
            sum.update(ENCRYPTED_ONLY);
        }
        Self { sum, encrypted_only }
    }

    fn add(&mut self, bytes: &[u8], encrypted: bool) {
        if encrypted || !self.encrypted_only {
            self.sum.update(bytes);
        }
    }

    fn text(self) -> String {
        self.sum.finalize().iter().fold(String::with_capacity(128), |mut text, byte| {
            write!(text, "{byte:02X}").expect("a string takes everything");
            text
        })
    }
}

/// Whether the value at `path` of a Secret is one that must not be seen.
fn holds_a_value(path: &[&str]) -> bool {
    matches!(path, ["data" | "stringData", ..])
}

/// Returns what is signed along with the value at `path`.
fn place(path: &[&str]) -> String {
    path.iter().flat_map(|key| [key, ":"]).collect()
}

/// Returns what is signed of a scalar, and encrypted: as the first SOPS, written in Python, had it.
fn bytes(scalar: &Value) -> Vec<u8> {
    match &scalar.node {
        Node::String(text) => text.as_bytes().to_vec(),
        Node::Int(number) => number.to_string().into_bytes(),
        Node::Float(text) => text.parse::<f64>().map_or_else(|_| text.to_string(), |it| it.to_string()).into_bytes(),
        Node::Bool(true) => b"True".to_vec(),
        Node::Bool(false) => b"False".to_vec(),
        Node::Null | Node::List(_) | Node::Map(_) => Vec::new(),
    }
}

/// Returns `value` with each of its scalars turned into another. Items of a list have the path of the list; what is
/// null or empty stays.
fn each_scalar<'value, E>(
    value: &'value Value,
    path: &mut Vec<&'value str>,
    turn: &mut impl FnMut(&Value, &[&str]) -> Result<Value, E>,
) -> Result<Value, E> {
    let node = match &value.node {
        Node::Null => Node::Null,
        Node::List(items) => {
            Node::List(items.iter().map(|item| each_scalar(item, path, turn)).collect::<Result<_, _>>()?)
        }
        Node::Map(map) => {
            let mut turned = Map::new();
            for entry in map {
                path.push(&entry.key);
                let value = each_scalar(&entry.value, path, turn)?;
                path.pop();
                turned.push(crate::value::Entry { value, ..entry.clone() });
            }
            Node::Map(turned)
        }
        _ => return turn(value, path),
    };
    Ok(Value { node, origin: value.origin.clone() })
}
