//! What can hinder the encryption of secrets.

use crate::diagnostic::Rule;

/// All of them.
pub const RULES: &[Rule] = &[NO_CREATION_RULE, CREATION_RULE, CERTIFICATE];

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
