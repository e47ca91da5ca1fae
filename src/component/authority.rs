//! The certificate of whoever signed that of a server, as a person writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use schemars::JsonSchema;
use serde::Deserialize;

use super::store::{Authority, CA_FILE};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Name;
use crate::value::{Origin, Traced};

/// The rules about it.
pub(crate) const RULES: &[Rule] = &[SEVERAL, NONE, NOT_A_CERTIFICATE];

const SEVERAL: Rule = Rule::error(
    "certificate-authority/several",
    "the certificate of an authority comes from two places",
    "Consumers mount one file: which one must not depend on chance.",
    "keep one of `certificate`, `configMapName` and `secretName`",
);

const NONE: Rule = Rule::error(
    "certificate-authority/none",
    "an authority has no certificate",
    "Consumers could not trust it.",
    "set one of `certificate`, `configMapName` and `secretName`, or delete `certificateAuthority`",
);

const NOT_A_CERTIFICATE: Rule = Rule::error(
    "certificate-authority/not-a-certificate",
    "the certificate of an authority is none",
    "Whoever loads the file trusts nobody, or does not start; a private key in it would stand in the tree for all to read.",
    "paste the certificate in PEM, from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`, as a block after `|`",
);

/// The certificate of whoever signed that of a server: in PEM, or where it lies in every namespace that needs it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CertificateAuthority {
    /// The certificate in PEM. It is no secret.
    certificate: Option<Traced<String>>,
    /// A ConfigMap that somebody puts into every namespace that needs it, with key `ca.crt` unless `key` is another one.
    config_map_name: Option<Traced<Name>>,
    /// A Secret that somebody puts into every namespace that needs it, with key `ca.crt` unless `key` is another one.
    secret_name: Option<Traced<Name>>,
    /// The key in the ConfigMap or Secret. Default: `ca.crt`.
    key: Option<Traced<String>>,
}

impl CertificateAuthority {
    /// Returns the authority, unless it has no certificate.
    pub(crate) fn authority(&self) -> Option<Authority> {
        if let Some(certificate) = &self.certificate {
            return Some(Authority::Certificate(certificate.clone()));
        }
        let (secret, name) = match (&self.config_map_name, &self.secret_name) {
            (Some(name), _) => (false, name),
            (None, Some(name)) => (true, name),
            (None, None) => return None,
        };
        let key = self.key.clone().unwrap_or_else(|| Traced::literal(CA_FILE.to_owned()));
        Some(Authority::Shared { secret: name.map(|_| secret), name: name.map(ToString::to_string), key })
    }

    /// Returns where it says whose certificate it is.
    pub(crate) fn places(&self) -> Vec<&Origin> {
        let places = [
            self.certificate.as_ref().map(Traced::origin),
            self.config_map_name.as_ref().map(Traced::origin),
            self.secret_name.as_ref().map(Traced::origin),
        ];
        places.into_iter().flatten().collect()
    }

    /// Returns what is wrong with it, where `declared` is the place of the declaration that it stands in.
    pub(crate) fn lint(&self, declared: &Origin) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        match self.places()[..] {
            [] => {
                let place = self.key.as_ref().map_or(declared, Traced::origin);
                found.push(NONE.found("no certificate is named").decided_at(place.spans(), ""));
            }
            [_] => {}
            [first, second, ..] => {
                found.push(SEVERAL.found("two of them are named").decided_at(second.and(first).spans(), ""));
            }
        }
        if let Some(certificate) = &self.certificate
            && let Some(problem) = problem(certificate.get())
        {
            found.push(NOT_A_CERTIFICATE.found(problem).decided_at(certificate.origin().spans(), ""));
        }
        found
    }
}

/// Returns what keeps `text` from being one certificate or several, without quoting it. What stands between them is a
/// comment.
fn problem(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY") {
        return Some("a private key stands where a certificate is wanted");
    }
    let mut blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1).peekable();
    let is_one = |block: &str| {
        let body = block.split_once("-----END CERTIFICATE-----").map(|(body, _)| body);
        let body = body.map(|body| body.split_whitespace().collect::<String>());
        body.is_some_and(|body| !body.is_empty() && BASE64.decode(body).is_ok())
    };
    let all = blocks.peek().is_some() && blocks.all(is_one);
    (!all).then_some("the text is no certificate in PEM")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_have_marks_and_base64_between_them() {
        let one = "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBvbmU=\n-----END CERTIFICATE-----\n";
        for good in [one, &format!("a comment\n{one}{one}")] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in [
            "",
            "bm90IGEgcmVhbCBvbmU=",
            "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBvbmU=",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----",
            &format!("{one}-----BEGIN PRIVATE KEY-----"),
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }
}
