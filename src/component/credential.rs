//! Credentials, declared once, and the Secrets that hold them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::part::AppId;
use super::store::Store;
use crate::kube::Name;
use crate::project::{Project, ROTATION};
use crate::value::{Origin, Text, Traced, Value, manifest, text};

/// The keys of one user in a store. However many Secrets hold them, they are the same in each.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    /// What tells it from others in the cluster: namespace and name of the store, and the user in it.
    pub(crate) id: Traced<String>,
    /// The access key: a name, and no secret.
    pub(crate) access_key: Traced<String>,
    /// The secret key, where the input holds it. Its origin is secret.
    pub(crate) secret_key: Option<Traced<String>>,
    /// How often it was renewed.
    pub(crate) rotation: Option<Traced<i64>>,
}

/// Credentials of a consumer for its store.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CredentialSettings {
    /// The Secret in the consumer's namespace that holds them. Default: named after the declaration.
    secret_name: Option<Traced<Name>>,
    /// The access key. It is a name and no secret. Default: the name of the user.
    #[schemars(length(min = 3))]
    access_key: Option<Traced<String>>,
    /// The secret key, as an expression over a secret variable. Leave it out where somebody else makes the Secret, or
    /// where it is to be made up.
    #[schemars(length(min = 8))]
    secret_key: Option<Traced<String>>,
    /// How often the secret key was renewed. A greater number renews it once more, and rolls whatever uses it.
    #[schemars(range(min = 0))]
    rotation: Option<Traced<i64>>,
}

impl CredentialSettings {
    /// Returns the name of the Secret, where it is `default` unless another one is wanted.
    pub(crate) fn secret_name(&self, default: Traced<String>) -> Traced<String> {
        self.secret_name.as_ref().map_or(default, |name| name.map(ToString::to_string))
    }

    /// Returns where the name of the Secret is written.
    pub(crate) fn written(&self) -> Option<&Origin> {
        self.secret_name.as_ref().map(Traced::origin)
    }

    /// Returns the credential of `user` in `store`.
    pub(crate) fn credential(&self, user: &Traced<String>, store: Option<&Store>) -> Credential {
        Credential {
            access_key: self.access_key.clone().unwrap_or_else(|| user.clone()),
            secret_key: self.secret_key.clone(),
            rotation: self.rotation.clone(),
            ..Credential::of(user, store)
        }
    }
}

impl Credential {
    /// Returns which generation of the secret key is wanted.
    pub(crate) fn generation(&self, project: &Project) -> Traced<String> {
        project.secrets().generation(self.rotation.as_ref())
    }

    /// Returns the annotation of pods that read the secret key, by which they are replaced when it is renewed: none for
    /// the first one.
    pub(crate) fn rolled(&self, project: &Project) -> Option<Value> {
        let renewal = project.secrets().renewal(self.rotation.as_ref())?;
        Some(manifest!({ (ROTATION): renewal }))
    }

    /// Returns the credential of `user` in `store`, whose access key is the user's name.
    pub(crate) fn of(user: &Traced<String>, store: Option<&Store>) -> Self {
        let id = match store {
            Some(store) => text!("{}/{}/{}", store.namespace, store.name, user),
            None => user.clone(),
        };
        Self { id, access_key: user.clone(), secret_key: None, rotation: None }
    }
}

/// A Secret that the tree refers to.
#[derive(Clone, Debug)]
pub(crate) struct NeededSecret {
    /// Its namespace.
    pub(crate) namespace: Traced<String>,
    /// Its name.
    pub(crate) name: Traced<String>,
    /// Its keys, and what each holds.
    pub(crate) keys: Vec<(Text, Holds)>,
    /// What it is for.
    pub(crate) purpose: Traced<String>,
    /// Whether it holds for the store what the Secret of a consumer holds.
    pub(crate) of_store: bool,
    /// The first app that reads it.
    pub(crate) app: Traced<AppId>,
    /// The declaration that needs it.
    pub(crate) claimant: Origin,
}

/// What a key of a Secret holds.
#[derive(Clone, Debug)]
pub(crate) enum Holds {
    /// Text that is put together from credentials.
    Made(Vec<Piece>),
    /// Something that only a person knows, in words.
    Somebody(Traced<String>),
}

/// A part of what a key of a Secret holds.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Text that anybody may see.
    Text(Traced<String>),
    /// The access key.
    AccessKey(Credential),
    /// The secret key.
    SecretKey(Credential),
}

impl Piece {
    /// Returns the credential whose access key it is.
    pub(crate) fn as_access_key(&self) -> Option<&Credential> {
        match self {
            Piece::AccessKey(credential) => Some(credential),
            _ => None,
        }
    }

    /// Returns the credential whose secret key it is.
    pub(crate) fn as_secret_key(&self) -> Option<&Credential> {
        match self {
            Piece::SecretKey(credential) => Some(credential),
            _ => None,
        }
    }
}

impl Holds {
    /// Returns what holds the access key alone.
    pub(crate) fn access_key(credential: &Credential) -> Self {
        Self::Made(vec![Piece::AccessKey(credential.clone())])
    }

    /// Returns what holds the secret key alone.
    pub(crate) fn secret_key(credential: &Credential) -> Self {
        Self::Made(vec![Piece::SecretKey(credential.clone())])
    }

    /// Returns what holds text that anybody may see.
    pub(crate) fn text(text: Traced<String>) -> Self {
        Self::Made(vec![Piece::Text(text)])
    }
}
