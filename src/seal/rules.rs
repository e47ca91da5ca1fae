//! What can hinder the encryption of secrets.

use crate::diagnostic::Rule;

/// All of them.
pub const RULES: &[Rule] =
    &[NO_CREATION_RULE, CREATION_RULE, CERTIFICATE, LOCKED, SEALED_ALONE, TWO_VALUES, KEYS, NOT_VERIFIED];

pub(super) const NO_CREATION_RULE: Rule = Rule::error(
    "secrets/no-creation-rule",
    "no creation rule of `.sops.yaml` tells whom a Secret is to be encrypted for",
    "The first rule whose `path_regex` matches the path of the file counts, as it does for `sops` itself; without one \
     nobody could open the file.",
    "add a rule with `age: PUBLIC-KEY` to the `creation_rules` of `.sops.yaml`, beside `cluster.yaml`",
);

pub(super) const CREATION_RULE: Rule = Rule::error(
    "secrets/creation-rule",
    "a creation rule of `.sops.yaml` asks for what a Secret of the tree cannot be",
    "Secrets are encrypted for public keys of age, all of them in one group, and in such a way that Kubernetes reads \
     everything but their values.",
    "give the rule `age` with public keys, and an `encrypted_regex` of `^(data|stringData)$` or none; other files can \
     have another rule, by their `path_regex`",
);

pub(super) const CERTIFICATE: Rule = Rule::error(
    "secrets/certificate",
    "the certificate of the controller of SealedSecrets cannot be used",
    "Secrets are encrypted for the public key in it, which is all that is needed here; the controller alone decrypts \
     them.",
    "fetch it with `kubeseal --fetch-cert` and commit it: it is public",
);

pub(super) const LOCKED: Rule = Rule::error(
    "secrets/locked",
    "a Secret must be written anew, and nobody here can open the file with its value",
    "The store and its consumers hold the same secret key: a new one in one of the files would lock them out of each \
     other. What is committed is the only copy.",
    "give a private key of age by `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE` or the `keys.txt` of sops; or raise `rotation` of \
     the credentials, which makes a new secret key for all; or delete the file if it was never applied",
);

pub(super) const SEALED_ALONE: Rule = Rule::error(
    "secrets/sealed-alone",
    "a Secret needs a secret key that only the controller of SealedSecrets can open",
    "The store and its consumers hold the same secret key, and nobody outside of the cluster can read what is sealed.",
    "raise `rotation` of the credentials, which makes a new secret key for all",
);

pub(super) const TWO_VALUES: Rule = Rule::error(
    "secrets/two-values",
    "two encrypted files hold different values of one secret key",
    "Somebody changed one of them: the store knows another secret key than its consumer has.",
    "delete the file with the wrong one, and build: it gets the value of the other",
);

/// Told by the commands.
pub const KEYS: Rule = Rule::refusal(
    "secrets/unreadable-key",
    "private keys of age are given and cannot be read",
    "What is encrypted could not be held against what it is to hold.",
    "mend `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE` or the `keys.txt` of sops: lines of `AGE-SECRET-KEY-1…`, and comments",
);

/// Told by `check`.
pub const NOT_VERIFIED: Rule = Rule::note(
    "secrets/not-verified",
    "encrypted files were not opened",
    "Their keys, recipients and rotation are as they should be; whether their values are, only a private key tells.",
    "give a private key of age by `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE` or the `keys.txt` of sops",
);
