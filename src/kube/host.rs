//! Names of hosts, as rules of an Ingress and routes of a gateway take them.

use super::name::SubdomainGrammar;
use super::parsed::{Grammar, Parsed};

/// The name of a host: `s3.example.org`, or `*.s3.example.org` for every host right below.
///
/// See <https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards>.
pub type Host = Parsed<HostGrammar>;

/// The grammar of [`Host`].
pub enum HostGrammar {}

impl Grammar for HostGrammar {
    const FORMAT: &'static str = "bayplan.host";
    const CODE: &'static str = super::rules::INVALID_HOST.code;
    const WHAT: &'static str = "name of a host";
    const PATTERN: &'static str = r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    fn check(text: &str) -> Result<(), String> {
        if text.contains("://") || text.contains('/') || text.contains(':') {
            return Err("it has a scheme, a port or a path, and a name alone is wanted".to_owned());
        }
        let host = text.strip_prefix("*.").unwrap_or(text);
        if host.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err("it is an address, which no route and no certificate goes by".to_owned());
        }
        SubdomainGrammar::check(host)
    }

    fn nearest(text: &str) -> Option<String> {
        let lower = text.to_ascii_lowercase();
        let host = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.');
        (host != text && Self::check(host).is_ok()).then(|| host.to_owned())
    }
}

impl Host {
    /// Whether it stands for every host right below.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.as_str().starts_with("*.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_alone() {
        for good in ["s3.example.org", "*.s3.example.org", "minio", "a-b.c1"] {
            assert!(Host::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "*", "*.", "https://s3.example.org", "s3.example.org:443", "s3/x", "192.0.2.1", "S3.org", "a.*.b"]
        {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(HostGrammar::nearest("https://S3.example.org:9000/").as_deref(), Some("s3.example.org"));
        assert_eq!(HostGrammar::nearest("s3.example.org"), None);
    }
}
