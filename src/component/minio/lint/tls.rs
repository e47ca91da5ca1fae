//! What is wrong with the TLS of a `MinIO`.

use super::super::MinIO;
use super::super::tls::Mode;
use super::idle;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const NO_AUTHORITY: Rule = Rule::warning(
    "minio/no-authority",
    "nothing says who signed the servers' certificate",
    "No public authority signs names of a cluster: consumers, the operator and Prometheus refuse the certificate, unless their images trust the authority already.",
    "set `tls.certificateAuthority`",
);

pub(super) fn lint(minio: &MinIO) -> Vec<Diagnostic> {
    let tls = &minio.spec.tls;
    let mut found = Vec::new();
    if let Some(authority) = &tls.certificate_authority {
        found.extend(authority.lint(&minio.origin()));
    }
    let of_certificate = [
        ("tls.secretName", tls.secret_name.as_ref().map(Traced::origin)),
        ("tls.secretType", tls.secret_type.as_ref().map(Traced::origin)),
        ("tls.issuer", tls.issuer.as_ref().map(|issuer| issuer.name.origin())),
    ];
    let of_tls = [
        ("tls.hosts", tls.hosts.first().map(Traced::origin)),
        ("tls.certificateAuthority", tls.certificate_authority.as_ref().and_then(|one| one.places().first().copied())),
    ];
    let mut idle_fields = |fields: &[(&str, Option<&Origin>)], because: &str| {
        for (name, place) in fields.iter().filter_map(|(name, place)| Some((name, (*place)?))) {
            found.push(idle(name, because, place, tls.mode.origin()));
        }
    };
    match tls.mode.get() {
        Mode::Off => {
            idle_fields(&of_certificate, "where the servers speak no TLS");
            idle_fields(&of_tls, "where the servers speak no TLS");
        }
        Mode::Auto => idle_fields(&of_certificate, "where the operator has the certificate made"),
        Mode::Certificate => {
            if tls.issuer.is_some() {
                let secret_type = &of_certificate[1..2];
                idle_fields(secret_type, "where cert-manager makes the Secret");
            }
            if tls.certificate_authority.is_none() {
                let place = if tls.mode.origin().is_empty() { minio.origin() } else { tls.mode.origin().clone() };
                let message = format!("nobody is told to trust the certificate for `{}`", minio.certificate_hosts()[0]);
                found.push(NO_AUTHORITY.found(message).decided_at(place.spans(), ""));
            }
        }
    }
    found
}
