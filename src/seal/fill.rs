//! The encrypted files of a tree: kept where they hold what is wanted, made where they do not.

use std::collections::BTreeMap;

use super::held::{self, Held};
use super::rules::{CERTIFICATE, CREATION_RULE, LOCKED, NO_CREATION_RULE, SEALED_ALONE, TWO_VALUES};
use super::sealed_secret::Certificate;
use super::sops::{self, CreationRule};
use super::{Identities, Random, Time};
use crate::diagnostic::{Diagnostic, Rule};
use crate::tree::{Ingredient, Sealed, Sealer, Secret, SecretKey, Tree, TreePath};
use crate::value::{Map, Origin, Value};
use crate::yaml;

/// What encryption needs of the world outside.
pub struct Shell<'a> {
    /// `.sops.yaml`, if there is one.
    pub config: Option<&'a Value>,
    /// The private keys at hand.
    pub identities: &'a Identities,
    /// What time it is.
    pub now: Time,
    /// Where chance comes from.
    pub random: &'a mut Random,
}

/// What became of the encrypted files.
#[derive(Debug, Default)]
pub struct Filled {
    /// What hinders that they are written.
    pub problems: Vec<Diagnostic>,
    /// Files that stay, and that nobody here could open to see whether they should.
    pub unverified: Vec<TreePath>,
}

/// Letters of a secret key that is made up: whatever reads it, none of them ends it or means something else.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// How many of them it has: more bits than AES-128.
const LENGTH: usize = 32;

/// Encrypts what is to be encrypted in `tree`. `committed` are the encrypted files that stand on the disk, those at
/// other paths, too: a file that moves keeps what it holds.
pub fn fill(tree: &mut Tree, committed: &BTreeMap<TreePath, Vec<u8>>, shell: &mut Shell<'_>) -> Filled {
    let mut filled = Filled::default();
    let mut files: Vec<_> = tree
        .iter()
        .filter_map(|(path, file)| Wanted::new(path, file.unsealed()?, file.because(), shell, &mut filled.problems))
        .collect();
    let texts: Vec<_> =
        committed.iter().filter_map(|(path, bytes)| Some((path, str::from_utf8(bytes).ok()?))).collect();
    for file in &mut files {
        file.find(&texts, shell.identities);
    }
    let values = Values::of(&files, shell.random, &mut filled.problems);
    let mut sealed = Vec::new();
    for file in files {
        match file.result(&values, shell) {
            Ok(Outcome::Kept { text, manifest, verified }) => {
                if !verified {
                    filled.unverified.push(file.path.clone());
                }
                sealed.push((file, text, manifest));
            }
            Ok(Outcome::Made(manifest)) => sealed.push((file, yaml::emit(&manifest), manifest)),
            Err(problem) => filled.problems.push(*problem),
        }
    }
    for (wanted, text, manifest) in sealed {
        tree.seal(&wanted.path, text, manifest, wanted.means.origin());
    }
    filled
}

/// A file that is to be encrypted.
struct Wanted {
    path: TreePath,
    sealed: Sealed,
    because: Origin,
    means: Means,
    /// What is committed of it, and its text.
    held: Option<(Held, String)>,
}

/// By what a file is encrypted.
enum Means {
    Sops(CreationRule),
    Controller(Certificate, Origin),
}

impl Means {
    /// Returns who decides whom a file is encrypted for.
    fn origin(&self) -> &Origin {
        match self {
            Means::Sops(rule) => &rule.origin,
            Means::Controller(_, origin) => origin,
        }
    }
}

/// What becomes of a file.
enum Outcome {
    Kept { text: String, manifest: Value, verified: bool },
    Made(Value),
}

impl Wanted {
    fn new(
        path: &TreePath,
        sealed: &Sealed,
        because: &Origin,
        shell: &Shell<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let means = match &sealed.by {
            Sealer::Sops(chosen) => {
                let none = || NO_CREATION_RULE.found("there is no `.sops.yaml` beside `cluster.yaml`");
                let config = shell.config.ok_or_else(|| Box::new(none().decided_at(chosen.spans(), "")));
                config.and_then(|config| sops::creation_rule(config, path.as_str())).map(Means::Sops)
            }
            Sealer::Controller(pem) => Certificate::read(pem.get())
                .map(|certificate| Means::Controller(certificate, pem.origin().clone()))
                .map_err(|reason| Box::new(CERTIFICATE.found(reason).decided_at(pem.origin().spans(), ""))),
        };
        match means {
            Ok(means) => {
                let (path, sealed, because) = (path.clone(), sealed.clone(), because.clone());
                Some(Self { path, sealed, because, means, held: None })
            }
            Err(problem) => {
                problems.push(*problem);
                None
            }
        }
    }

    /// Finds what is committed of it: at its place, else wherever the same Secret stands.
    fn find(&mut self, committed: &[(&TreePath, &str)], identities: &Identities) {
        let read = |text: &str| match &self.means {
            Means::Sops(rule) => Held::by_sops(text, &self.sealed, rule, identities),
            Means::Controller(..) => Held::by_controller(text, &self.sealed),
        };
        let read = |text: &str| Some((read(text)?, text.to_owned()));
        let wanted = held::identity(&self.sealed.skeleton);
        let is_here = |path: &TreePath| *path == self.path;
        let here = committed.iter().find(|(path, _)| is_here(path)).and_then(|(_, text)| read(text));
        let elsewhere = committed.iter().filter(|(path, _)| !is_here(path)).filter_map(|(_, text)| read(text));
        self.held = here.or_else(|| elsewhere.into_iter().find(|(held, _)| held::identity(&held.manifest) == wanted));
    }

    fn holds(&self, id: &str) -> bool {
        self.sealed.secret_keys().any(|key| key.id == id)
    }

    /// Returns what is committed of it, if it has the wanted generation of `key`.
    fn held(&self, key: &SecretKey) -> Option<&Held> {
        let (held, _) = self.held.as_ref()?;
        (self.holds(&key.id) && held.is_of_generation(key, &self.sealed)).then_some(held)
    }

    /// Returns what the keys of the Secret are to hold, or the secret key that nobody here knows.
    fn values(&self, values: &Values) -> Result<BTreeMap<String, String>, String> {
        let mut all = BTreeMap::new();
        for holding in &self.sealed.keys {
            let mut text = String::new();
            for piece in &holding.pieces {
                match piece {
                    Ingredient::Text(more) => text.push_str(more),
                    Ingredient::Key(key) => {
                        let value = values.0.get(&key.id).ok_or_else(|| key.id.clone())?;
                        text.push_str(value.reveal());
                    }
                }
            }
            all.insert(holding.key.clone(), text);
        }
        Ok(all)
    }

    fn result(&self, values: &Values, shell: &mut Shell<'_>) -> Result<Outcome, Box<Diagnostic>> {
        let wanted = self.values(values);
        if let Some((held, text)) = self.held.as_ref().filter(|(held, _)| held.fits) {
            let same = match (&held.clear, &wanted) {
                (Some(clear), Ok(wanted)) => clear == wanted,
                _ => true,
            };
            if same {
                let verified = held.clear.is_some() || matches!(self.means, Means::Controller(..));
                return Ok(Outcome::Kept { text: text.clone(), manifest: held.manifest.clone(), verified });
            }
        }
        let wanted = wanted.map_err(|id| Box::new(self.unknown(&id, values)))?;
        self.make(&wanted, shell).map(Outcome::Made)
    }

    fn make(&self, wanted: &BTreeMap<String, String>, shell: &mut Shell<'_>) -> Result<Value, Box<Diagnostic>> {
        let told =
            |rule: &Rule, message: String, place: &Origin| Box::new(rule.found(message).decided_at(place.spans(), ""));
        let mut data = Map::new();
        match &self.means {
            Means::Sops(rule) => {
                for (key, text) in wanted {
                    data.insert(key.clone(), Value::new(text.clone()));
                }
                let manifest = self.sealed.with(data);
                sops::encrypt(&manifest, rule, shell.now, shell.random)
                    .map_err(|reason| told(&CREATION_RULE, reason, &rule.origin))
            }
            Means::Controller(certificate, origin) => {
                if certificate.expires() < shell.now {
                    let message = format!("the certificate expired on {}", certificate.expires().text());
                    return Err(told(&CERTIFICATE, message, origin));
                }
                let (namespace, name) = held::identity(&self.sealed.skeleton).expect("a Secret has both");
                for (key, text) in wanted {
                    let sealed = certificate.seal(text, &namespace, &name, shell.random);
                    data.insert(key.clone(), Value::new(sealed));
                }
                Ok(yaml::in_order(&self.sealed.with(data)))
            }
        }
    }

    /// Returns that the file must be written and the secret key `id` is not known.
    fn unknown(&self, id: &str, values: &Values) -> Diagnostic {
        let (holder, recipients) = values.1.get(id).expect("what is not known stands in a file that does not open");
        let holder = if *holder == self.path { "it".to_owned() } else { format!("`{holder}`") };
        let found = match self.means {
            Means::Controller(..) => SEALED_ALONE
                .found(format!("`{}` is to hold the secret key of `{id}`, which is sealed in {holder}", self.path)),
            Means::Sops(_) => LOCKED.found(format!(
                "`{}` must be written anew, and the secret key of `{id}` stands in {holder}, encrypted for {}",
                self.path,
                recipients.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
            )),
        };
        found.decided_at(self.because.spans(), "")
    }
}

/// The secret keys that are known, by their names; and for those that are not, the file that holds them with the public
/// keys that it is encrypted for.
struct Values(BTreeMap<String, Secret>, BTreeMap<String, (TreePath, Vec<String>)>);

impl Values {
    /// Finds each secret key: the given one, else what the files hold, else a new one.
    fn of(files: &[Wanted], random: &mut Random, problems: &mut Vec<Diagnostic>) -> Self {
        let mut values = Self(BTreeMap::new(), BTreeMap::new());
        let mut keys: BTreeMap<&str, &SecretKey> = BTreeMap::new();
        for key in files.iter().flat_map(|file| file.sealed.secret_keys()) {
            let known = keys.entry(&key.id).or_insert(key);
            if known.given.is_none() {
                *known = key;
            }
        }
        for (id, key) in keys {
            if let Some(given) = &key.given {
                values.0.insert(id.to_owned(), given.clone());
                continue;
            }
            let held = || files.iter().filter_map(|file| Some((file, file.held(key)?)));
            let mut found = held().filter_map(|(file, held)| Some((file, held.value(key, &file.sealed)?)));
            if let Some((first, value)) = found.next() {
                if let Some((other, _)) = found.find(|(_, other)| *other != value) {
                    let message = format!("`{}` and `{}` hold different secret keys of `{id}`", first.path, other.path);
                    problems.push(TWO_VALUES.found(message).decided_at(first.because.and(&other.because).spans(), ""));
                }
                values.0.insert(id.to_owned(), Secret::new(value));
            } else if let Some((file, held)) = held().find(|(_, held)| held.clear.is_none()) {
                values.1.insert(id.to_owned(), (file.path.clone(), held.recipients.clone()));
            } else {
                values.0.insert(id.to_owned(), made_up(random));
            }
        }
        values
    }
}

/// Returns a secret key that nobody can guess.
fn made_up(random: &mut Random) -> Secret {
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        let mut bytes = [0; 64];
        random.fill_bytes(&mut bytes);
        // Six bits tell 64 letters: those beyond the last one are thrown away, so that each is as likely.
        let letters = bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte & 63)));
        text.extend(letters.take(LENGTH - text.len()).map(|&letter| char::from(letter)));
    }
    Secret::new(text)
}
