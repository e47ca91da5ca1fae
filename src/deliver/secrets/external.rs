//! Secrets that the External Secrets Operator fills: one remote key for each credential, whoever reads it.

use std::collections::BTreeMap;

use super::encrypted::rotation;
use super::{Remote, Wanted};
use crate::component::{Credential, Holds, Piece};
use crate::project::{Project, StoreReference};
use crate::tree::Sealed;
use crate::value::{Map, ToValue as _, Traced, Value, manifest, text};

/// The property of a remote key that holds an access key.
const ACCESS_KEY: &str = "access-key";
/// The property of a remote key that holds a secret key.
const SECRET_KEY: &str = "secret-key";

/// What is read from the store: its name in the template, and where it stands.
struct Reads {
    names: BTreeMap<(String, &'static str), String>,
    data: Vec<Value>,
}

/// Returns the ExternalSecret that makes `secret`.
pub(super) fn external(
    secret: &Wanted<'_>,
    store: &StoreReference<'_>,
    project: &Project,
) -> Option<(Value, Option<Sealed>)> {
    // A key that is read as it is needs no template; with one, only what stands in it is in the Secret.
    let plain = secret.keys.values().all(|holds| match holds {
        Holds::Somebody(_) => true,
        Holds::Made(pieces) => matches!(&pieces[..], [Piece::AccessKey(_) | Piece::SecretKey(_)]),
    });
    let mut reads = Reads { names: BTreeMap::new(), data: Vec::new() };
    let mut template = Map::new();
    for (key, holds) in &secret.keys {
        match holds {
            Holds::Somebody(words) => {
                let name = if plain { key.to_string() } else { format!("value_{}", reads.data.len()) };
                let place = text!("{}/{}", secret.namespace, secret.name);
                reads.data.push(read(&name, &store.remote_key(&place), key).because(words.origin()));
                template.insert(key.to_string(), Value::new(format!("{{{{ .{name} }}}}")).because(words.origin()));
            }
            Holds::Made(pieces) => {
                let text = pieces.iter().fold(Traced::literal(String::new()), |text, piece| {
                    let name = plain.then_some(key.as_ref());
                    let more = match piece {
                        Piece::Text(more) => more.map(|more| escaped(more)),
                        Piece::AccessKey(credential) => reads.of(credential, ACCESS_KEY, name, store),
                        Piece::SecretKey(credential) => reads.of(credential, SECRET_KEY, name, store),
                    };
                    text!("{}{}", text, more)
                });
                template.insert(key.to_string(), text.to_value()?);
            }
        }
    }
    let template = (!plain).then(|| manifest!({ engineVersion: "v2", type: "Opaque", data: template }));
    let annotations = rotation(secret, project);
    let value = manifest!({
        apiVersion: "external-secrets.io/v1", kind: "ExternalSecret",
        metadata: { name: secret.name, namespace: secret.namespace, annotations: annotations },
        spec: {
            refreshInterval: store.refresh_interval,
            secretStoreRef: { kind: store.kind, name: store.name },
            target: { name: secret.name, creationPolicy: "Owner", template: template },
            data: reads.data,
        },
    });
    Some((value, None))
}

/// Returns what is to stand in the store for `secret`.
pub(super) fn remote(secret: &Wanted<'_>, store: &StoreReference<'_>) -> Vec<Remote> {
    let mut all = Vec::new();
    for (key, holds) in &secret.keys {
        let mut add = |remote, property: &str, holds| {
            let (property, because) = (property.to_owned(), secret.because.clone());
            all.push(Remote { key: store.remote_key(remote), property, holds, because });
        };
        match holds {
            Holds::Somebody(words) => add(&text!("{}/{}", secret.namespace, secret.name), key, words.clone()),
            Holds::Made(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(_) => {}
                        Piece::AccessKey(credential) => {
                            add(&credential.id, ACCESS_KEY, text!("the access key, `{}`", credential.access_key));
                        }
                        Piece::SecretKey(credential) => {
                            let words = "the secret key, of letters and digits only";
                            add(&credential.id, SECRET_KEY, Traced::literal(words.to_owned()));
                        }
                    }
                }
            }
        }
    }
    all
}

impl Reads {
    /// Returns what stands for a property of `credential` in the template, and reads it, called `name` where it is read
    /// as it is.
    fn of(
        &mut self,
        credential: &Credential,
        property: &'static str,
        name: Option<&str>,
        store: &StoreReference<'_>,
    ) -> Traced<String> {
        let origin = credential.id.origin().clone();
        let id = (credential.id.get().clone(), property);
        if let Some(known) = self.names.get(&id).filter(|_| name.is_none()) {
            return Traced::new(format!("{{{{ .{known} }}}}"), origin);
        }
        let count = self.data.len();
        let name = name.map_or_else(|| format!("{}_{count}", property.replace('-', "_")), str::to_owned);
        self.data.push(read(&name, &store.remote_key(&credential.id), property));
        let text = format!("{{{{ .{name} }}}}");
        self.names.insert(id, name);
        Traced::new(text, origin)
    }
}

/// Returns one entry of what is read: `property` of the remote key `key`, as `name`.
fn read(name: &str, key: &Traced<String>, property: &str) -> Value {
    manifest!({ secretKey: name.to_owned(), remoteRef: { key: key, property: property.to_owned() } })
}

/// Returns the text as a template of Go writes it.
fn escaped(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}
