//! Keys of age: the public ones that a file is encrypted for, and the private ones that open it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use age::x25519;

/// A public key, `age1…`.
#[derive(Clone)]
pub struct Recipient(x25519::Recipient);

/// The private keys at hand.
#[derive(Clone, Default)]
pub struct Identities(Vec<x25519::Identity>);

/// A text that should hold private keys and does not. It names the line alone, which may be a mistyped key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoKey {
    /// The line, counted from 1.
    pub line: usize,
}

/// What keys of other kinds than ours begin with: those of plugins, and those that outlast quantum computers.
const OTHER_KINDS: [&str; 2] = ["AGE-PLUGIN-", "AGE-SECRET-KEY-PQ-"];

impl FromStr for Recipient {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("ssh-") || text.starts_with("age1pq1") || text.matches('1').nth(1).is_some() {
            // A plugin's name stands before a second `1`, which no key holds.
            return Err("bayplan encrypts for keys of the kind `age1…` alone, not for ssh, plugins or `age1pq1…`");
        }
        text.parse().map(Self).map_err(|_| "it is no public key of age")
    }
}

impl Recipient {
    /// Returns `secret` encrypted for this key, with armor.
    pub(super) fn wrap(&self, secret: &[u8]) -> String {
        age::encrypt_and_armor(&self.0, secret).expect("a native key encrypts, into memory")
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Identities {
    /// Adds the keys of a text, as `age-keygen` writes it and as `SOPS_AGE_KEY` holds it: lines with keys and comments.
    /// Keys of other kinds are left out, since another program opens with them.
    pub fn add(&mut self, text: &str) -> Result<(), NoKey> {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
            for word in line.split_whitespace() {
                if OTHER_KINDS.iter().all(|kind| !word.starts_with(kind)) {
                    self.0.push(word.parse().map_err(|_| NoKey { line: index + 1 })?);
                }
            }
        }
        Ok(())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the public keys that they belong to.
    #[must_use]
    pub fn public(&self) -> BTreeSet<String> {
        self.0.iter().map(|identity| identity.to_public().to_string()).collect()
    }

    /// Opens what was [wrapped](Recipient::wrap) for one of them.
    pub(super) fn open(&self, armored: &str) -> Option<Vec<u8>> {
        self.0.iter().find_map(|identity| age::decrypt(identity, armored.as_bytes()).ok())
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identities").field(&self.public()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[track_caller]
    fn refused(text: &str, reason: &str) {
        let error = text.parse::<Recipient>().unwrap_err();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn a_public_key_is_read_and_written_as_it_is() {
        assert_eq!(PUBLIC.parse::<Recipient>().unwrap().to_string(), PUBLIC);
        refused("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q", "no public key");
        refused("AGE-SECRET-KEY-1", "no public key");
        refused("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "plugins");
        refused("ssh-ed25519 AAAA", "ssh");
    }

    #[test]
    fn keys_stand_among_comments_and_open_what_was_made_for_them() {
        let (mine, other) = (x25519::Identity::generate(), x25519::Identity::generate());
        let key =
            |identity: &x25519::Identity| age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
        let mut identities = Identities::default();
        identities.add(&format!("# created: today\n\n{}\nAGE-PLUGIN-YUBIKEY-1X\n", key(&other))).unwrap();
        let wrapped = Recipient(mine.to_public()).wrap(b"data");
        assert_eq!(identities.open(&wrapped), None);
        identities.add(&key(&mine)).unwrap();
        assert_eq!(identities.open(&wrapped).unwrap(), b"data");
        assert!(!format!("{identities:?}").contains("SECRET"));
    }

    #[test]
    fn a_mistyped_key_is_told_by_its_line_alone() {
        assert_eq!(Identities::default().add("# a\nAGE-SECRET-KEY-1QQQ\n"), Err(NoKey { line: 2 }));
    }
}
