//! Which values of a file SOPS encrypts.

use regex_lite::Regex;

use crate::value::Value;

/// The choice of a file, by the names of the keys that lead to a value: one of them is enough.
#[derive(Clone, Debug)]
pub enum Selector {
    /// Encrypts below keys that match.
    Encrypted(Regex),
    /// Encrypts everything but what is below keys that match.
    Unencrypted(Regex),
    /// Encrypts below keys that end so.
    EncryptedSuffix(String),
    /// Encrypts everything but what is below keys that end so.
    UnencryptedSuffix(String),
}

/// What a Secret may show: everything but its values.
const OF_A_SECRET: &str = "^(data|stringData)$";

impl Selector {
    /// Returns the choice that suits a Secret, for rules that say nothing.
    #[must_use]
    pub fn of_a_secret() -> Self {
        Self::Encrypted(Regex::new(OF_A_SECRET).expect("our own expression is one"))
    }

    /// Reads the choice of a creation rule, or of an encrypted file: `None` where it says nothing.
    pub fn read(settings: &Value) -> Result<Option<Self>, String> {
        for key in ["encrypted_comment_regex", "unencrypted_comment_regex"] {
            if settings.get(key).is_some() {
                return Err(format!("bayplan writes no comments that `{key}` could match"));
            }
        }
        let mut found = Vec::new();
        for key in ["encrypted_regex", "unencrypted_regex", "encrypted_suffix", "unencrypted_suffix"] {
            let Some(setting) = settings.get(key) else { continue };
            let text = setting.as_str().ok_or_else(|| format!("`{key}` is no text"))?;
            let regex = || Regex::new(text).map_err(|error| format!("`{key}` is no regular expression: {error}"));
            found.push(match key {
                "encrypted_regex" => Self::Encrypted(regex()?),
                "unencrypted_regex" => Self::Unencrypted(regex()?),
                "encrypted_suffix" => Self::EncryptedSuffix(text.to_owned()),
                _ => Self::UnencryptedSuffix(text.to_owned()),
            });
        }
        if found.len() > 1 {
            return Err("SOPS takes one choice of what to encrypt, not several".to_owned());
        }
        Ok(found.pop())
    }

    /// Whether the value at `path` is encrypted.
    pub(super) fn encrypts(&self, path: &[&str]) -> bool {
        match self {
            Self::Encrypted(regex) => path.iter().any(|key| regex.is_match(key)),
            Self::Unencrypted(regex) => !path.iter().any(|key| regex.is_match(key)),
            Self::EncryptedSuffix(suffix) => path.iter().any(|key| key.ends_with(suffix)),
            Self::UnencryptedSuffix(suffix) => !path.iter().any(|key| key.ends_with(suffix)),
        }
    }

    /// Returns the name and the text by which rules and encrypted files tell of it.
    pub(super) fn setting(&self) -> (&'static str, &str) {
        match self {
            Self::Encrypted(regex) => ("encrypted_regex", regex.as_str()),
            Self::Unencrypted(regex) => ("unencrypted_regex", regex.as_str()),
            Self::EncryptedSuffix(suffix) => ("encrypted_suffix", suffix),
            Self::UnencryptedSuffix(suffix) => ("unencrypted_suffix", suffix),
        }
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.setting() == other.setting()
    }
}
