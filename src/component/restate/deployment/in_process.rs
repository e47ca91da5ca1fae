//! Tunnels that the pods of services open to Restate Cloud themselves.

use crate::component::restate::registry::{Cloud, Registry};
use crate::value::{Node, Traced, Value, manifest};

/// The variables that tell a process which tunnel to open, in the operator's order.
pub(super) const VARIABLES: [&str; 4] = [
    "RESTATE_INPROC_TUNNEL_NAME",
    "RESTATE_INPROC_ENVIRONMENT_ID",
    "RESTATE_INPROC_CLOUD_REGION",
    "RESTATE_INPROC_SIGNING_PUBLIC_KEY",
];

/// Where the pods of a version open their tunnel to.
pub(super) struct Tunnel {
    /// The environment, with `env_` before it.
    pub(super) environment_id: Traced<String>,
    pub(super) region: Traced<String>,
    pub(super) signing_public_key: Traced<String>,
}

/// What the operator does not take of an environment for a tunnel in the process.
pub(super) struct Unfit<'cloud> {
    pub(super) value: &'cloud Traced<String>,
    pub(super) field: &'static str,
    pub(super) expected: &'static str,
}

impl Tunnel {
    /// Returns the tunnel to `cloud`, or all that is wrong with that.
    pub(super) fn to(cloud: &Cloud) -> Result<Self, Vec<Unfit<'_>>> {
        let id = |text: &str| text.strip_prefix("env_").unwrap_or(text).to_owned();
        let mut unfit = Vec::new();
        let mut hold = |good: bool, value, field, expected| {
            if !good {
                unfit.push(Unfit { value, field, expected });
            }
        };
        let letters = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        let good = id(cloud.environment_id.get());
        hold(
            !good.is_empty() && good.chars().all(letters),
            &cloud.environment_id,
            "environmentId",
            "`env_` and then letters, digits, `_` and `-`",
        );
        let region = cloud.region.get();
        let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        let fine = region.split('.').all(|label| !label.is_empty() && label.chars().all(letters));
        hold(fine, &cloud.region, "region", "lower-case letters, digits, `-`, and `.` between them");
        let fine = cloud.signing_public_key.get().starts_with("publickeyv1_");
        hold(fine, &cloud.signing_public_key, "signingPublicKey", "a key that begins with `publickeyv1_`");
        if !unfit.is_empty() {
            return Err(unfit);
        }
        Ok(Self {
            environment_id: cloud.environment_id.map(|text| format!("env_{}", id(text))),
            region: cloud.region.clone(),
            signing_public_key: cloud.signing_public_key.clone(),
        })
    }

    /// Returns the tunnel to the environment that `registry` is, if it is a fitting one.
    pub(super) fn to_registry(registry: Option<&Registry>) -> Option<Self> {
        Self::to(registry?.cloud.as_ref()?).ok()
    }

    /// Adds the variables to every container of `pod_spec` that has a list of them, or none.
    pub(super) fn inject(&self, name: &Traced<String>, pod_spec: &mut Value) {
        let values = [name, &self.environment_id, &self.region, &self.signing_public_key];
        let Some(pod_spec) = pod_spec.as_map_mut() else { return };
        for field in ["containers", "initContainers"] {
            let Some(Value { node: Node::List(containers), .. }) = pod_spec.get_mut(field) else { continue };
            for container in containers.iter_mut().filter_map(Value::as_map_mut) {
                if container.get("env").is_none() {
                    container.insert("env", manifest!([]));
                }
                if let Some(Value { node: Node::List(env), .. }) = container.get_mut("env") {
                    let added =
                        VARIABLES.iter().zip(values).map(|(name, value)| manifest!({ name: name, value: value }));
                    env.extend(added);
                }
            }
        }
    }
}

/// Returns where `service_path` leads from the URL of a tunnel: whether it only appends to it, as URLs are resolved.
pub(super) fn appends(service_path: &str) -> bool {
    /// The part of the path that tells the tunnel. The names of environment and tunnel hold nothing that a path could
    /// come back to.
    const BASE: [&str; 5] = ["<environment>", "<tunnel>", "http", "in-process", "9080"];
    let ignored = |letter: char| matches!(letter, '\t' | '\n' | '\r');
    let path: String = service_path.trim_start_matches('/').chars().filter(|&letter| !ignored(letter)).collect();
    let path = path.trim_matches(|letter: char| letter <= ' ');
    let scheme_end = path.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.')));
    let has_scheme = path.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme_end.is_some_and(|end| path[end..].starts_with(':'));
    if has_scheme || path.starts_with(['/', '\\']) {
        return false;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut segments = BASE.to_vec();
    let mut parts = path.split(['/', '\\']).peekable();
    while let Some(part) = parts.next() {
        let dots = part.to_ascii_lowercase().replace("%2e", ".");
        match dots.as_str() {
            ".." => {
                segments.pop();
                if parts.peek().is_none() {
                    segments.push("");
                }
            }
            "." if parts.peek().is_none() => segments.push(""),
            "." => {}
            _ => segments.push(part),
        }
    }
    segments.len() > BASE.len() && segments.starts_with(&BASE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_only_append() {
        for good in ["", "/", "/api", "api/v1/", "a b", "x/../y", "..x", "./x", "/?a=b", "../9080/x", "a/b:c"] {
            assert!(appends(good), "{good}");
        }
        for bad in [
            "x:y/z?#",
            "../..",
            "..",
            "/../x",
            "http://elsewhere.example",
            "a:b",
            "\\x",
            "/\\\\host",
            "%2e%2E/x",
            "x/../../y",
            "../9080",
        ] {
            assert!(!appends(bad), "{bad}");
        }
    }

    #[test]
    fn environments_must_be_spelt_strictly() {
        let cloud = |id: &str, region: &str, key: &str| Cloud {
            environment_id: Traced::literal(id.to_owned()),
            region: Traced::literal(region.to_owned()),
            signing_public_key: Traced::literal(key.to_owned()),
        };
        for id in ["env_1a", "1a"] {
            let tunnel = Tunnel::to(&cloud(id, "x-1.byoc", "publickeyv1_k")).ok().unwrap();
            assert_eq!(tunnel.environment_id.get(), "env_1a");
        }
        for (id, region, key) in [
            ("", "us", "publickeyv1_k"),
            ("env_", "us", "publickeyv1_k"),
            ("env_a b", "us", "publickeyv1_k"),
            ("1", "", "publickeyv1_k"),
            ("1", "US", "publickeyv1_k"),
            ("1", ".us", "publickeyv1_k"),
            ("1", "us..eu", "publickeyv1_k"),
            ("1", "us", "k"),
        ] {
            assert_eq!(
                Tunnel::to(&cloud(id, region, key)).err().map(|unfit| unfit.len()),
                Some(1),
                "{id} {region} {key}"
            );
        }
    }
}
