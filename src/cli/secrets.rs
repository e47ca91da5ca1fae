//! What the encryption of secrets needs of the world: private keys from where `sops` looks for them, chance, and the
//! clock.

#![expect(clippy::disallowed_methods, reason = "keys stand in the environment, and files have a time")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use rsa::rand_core::UnwrapErr;

use crate::diagnostic::Diagnostic;
use crate::disk::{self, Error};
use crate::seal::{self, Filled, Identities, Shell, Time};
use crate::source::Sources;
use crate::tree::{Sums, Tree, TreePath};
use crate::value::Value;
use crate::yaml;

/// Keys themselves.
const KEY: &str = "SOPS_AGE_KEY";
/// The path of a file with keys.
const KEY_FILE: &str = "SOPS_AGE_KEY_FILE";
/// The file with keys below the directory of settings.
const DEFAULT: &str = "sops/age/keys.txt";

/// What all clusters share.
pub(super) struct Secrets<'run> {
    pub(super) directory: &'run Path,
    /// `.sops.yaml`, and what is wrong with its text.
    config: Option<(Option<Value>, Vec<Diagnostic>)>,
    identities: OnceLock<Result<Identities, Diagnostic>>,
}

impl<'run> Secrets<'run> {
    pub(super) fn new(directory: &'run Path, sources: &Sources) -> Self {
        let config = sources.iter().find(|(_, source)| source.name() == seal::CONFIG).map(|(file, source)| {
            let parsed = yaml::parse(file, source);
            (parsed.documents.into_iter().next(), parsed.diagnostics)
        });
        Self { directory, config, identities: OnceLock::new() }
    }

    /// Encrypts what is to be encrypted in the `tree` of the cluster at `root`. `elsewhere` are the lists of clusters
    /// that are no more.
    pub(super) fn fill(&self, root: &TreePath, tree: &mut Tree, elsewhere: &Sums) -> Result<Filled, Error> {
        let wanted = tree.iter().filter(|(_, file)| file.unsealed().is_some());
        let wanted: Vec<_> = wanted.map(|(path, _)| path.clone()).collect();
        if wanted.is_empty() {
            return Ok(Filled::default());
        }
        let committed = disk::read_encrypted(self.directory, root, &wanted, elsewhere)?;
        let none = Identities::default();
        let (identities, unreadable) = match self.identities.get_or_init(identities) {
            Ok(identities) => (identities, None),
            Err(problem) => (&none, Some(problem.clone())),
        };
        let (config, problems) = self.config.clone().unwrap_or_default();
        let mut filled = encrypt(tree, &committed, config.as_ref(), identities);
        filled.problems.extend(problems.into_iter().chain(unreadable));
        Ok(filled)
    }
}

fn encrypt(
    tree: &mut Tree,
    committed: &BTreeMap<TreePath, Vec<u8>>,
    config: Option<&Value>,
    identities: &Identities,
) -> Filled {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok();
    let now = now.and_then(Time::after_1970).expect("the clock shows a time between 1970 and 9999");
    let mut random = UnwrapErr(getrandom::SysRng);
    seal::fill(tree, committed, &mut Shell { config, identities, now, random: &mut random })
}

/// Returns the private keys at hand.
fn identities() -> Result<Identities, Diagnostic> {
    let mut identities = Identities::default();
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(text) = set(KEY) {
        add(&mut identities, KEY, &text.to_string_lossy())?;
    }
    let file = set(KEY_FILE).map(|path| (PathBuf::from(path), true));
    let default = settings().map(|directory| (directory.join(DEFAULT), false));
    for (path, wanted) in file.into_iter().chain(default) {
        match std::fs::read_to_string(&path) {
            Ok(text) => add(&mut identities, &path.display().to_string(), &text)?,
            Err(error) if wanted || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(seal::KEYS.found(format!("`{}` cannot be read: {error}", path.display())));
            }
            Err(_) => {}
        }
    }
    Ok(identities)
}

fn add(identities: &mut Identities, name: &str, text: &str) -> Result<(), Diagnostic> {
    let told = |line| seal::KEYS.found(format!("line {line} of `{name}` is no private key of age"));
    identities.add(text).map_err(|error| told(error.line))
}

/// Returns the directory of a person's settings, as Go finds it.
fn settings() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return set("AppData");
    }
    let below = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
    set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(below)))
}
