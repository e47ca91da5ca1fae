//! Where something listens, and addresses of a network.

use std::net::IpAddr;

use super::name::SubdomainGrammar;
use super::parsed::{Grammar, Parsed};

/// The URL of an S3 API or another service: scheme, host, and a port where the scheme does not say it.
pub type Endpoint = Parsed<EndpointGrammar>;

/// An [`Endpoint`] that may have a path.
pub type Url = Parsed<UrlGrammar>;

/// Host and port, `kafka.kafka.svc:9092`.
pub type HostAndPort = Parsed<HostAndPortGrammar>;

/// A block of addresses, `192.0.2.0/24`.
pub type Cidr = Parsed<CidrGrammar>;

/// The grammar of [`Endpoint`].
pub enum EndpointGrammar {}

/// The grammar of [`Url`].
pub enum UrlGrammar {}

/// The grammar of [`HostAndPort`].
pub enum HostAndPortGrammar {}

/// The grammar of [`Cidr`].
pub enum CidrGrammar {}

impl Grammar for EndpointGrammar {
    const FORMAT: &'static str = "bayplan.endpoint";
    const CODE: &'static str = super::rules::INVALID_ENDPOINT.code;
    const WHAT: &'static str = "endpoint";
    const PATTERN: &'static str = "^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/?$";

    fn check(text: &str) -> Result<(), String> {
        let (authority, path) = after_scheme(text)?;
        if !matches!(path, "" | "/") {
            return Err("it has a path, and buckets stand elsewhere".to_owned());
        }
        check_authority(authority)
    }
}

impl Grammar for UrlGrammar {
    const FORMAT: &'static str = "bayplan.url";
    const CODE: &'static str = super::rules::INVALID_URL.code;
    const WHAT: &'static str = "URL";
    const PATTERN: &'static str = "^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[!-~]*)?$";

    fn check(text: &str) -> Result<(), String> {
        let (authority, path) = after_scheme(text)?;
        if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("its path has characters that must be written as `%` and two digits".to_owned());
        }
        check_authority(authority)
    }
}

impl Grammar for HostAndPortGrammar {
    const FORMAT: &'static str = "bayplan.host-and-port";
    const CODE: &'static str = super::rules::INVALID_HOST_AND_PORT.code;
    const WHAT: &'static str = "host and port";
    const PATTERN: &'static str = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}$";

    fn check(text: &str) -> Result<(), String> {
        if text.contains("://") {
            return Err("it begins with a scheme".to_owned());
        }
        if !text.contains(':') {
            return Err("it has no port".to_owned());
        }
        check_authority(text)
    }

    fn nearest(text: &str) -> Option<String> {
        let bare = text.split_once("://")?.1.trim_end_matches('/');
        Self::check(bare).is_ok().then(|| bare.to_owned())
    }
}

/// Takes a URL apart: host with port, and path.
fn after_scheme(text: &str) -> Result<(&str, &str), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or("it begins with neither `https://` nor `http://`")?;
    Ok(rest.split_at(rest.find('/').unwrap_or(rest.len())))
}

fn check_authority(text: &str) -> Result<(), String> {
    let (host, port) = host_and_port(text);
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
    if !port.is_none_or(is_port) {
        return Err("its port is not from 1 to 65535".to_owned());
    }
    SubdomainGrammar::check(&host.to_ascii_lowercase()).map_err(|why| format!("its host is no name: {why}"))
}

fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

impl Grammar for CidrGrammar {
    const FORMAT: &'static str = "bayplan.cidr";
    const CODE: &'static str = super::rules::INVALID_CIDR.code;
    const WHAT: &'static str = "block of addresses";
    const PATTERN: &'static str = "^[0-9A-Fa-f.:]+/[0-9]{1,3}$";

    fn check(text: &str) -> Result<(), String> {
        let (address, length) = text.split_once('/').ok_or("it has no `/` and length, like `192.0.2.0/24`")?;
        let address: IpAddr = address.parse().map_err(|_| "what stands before `/` is no address".to_owned())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        match length.parse::<u8>() {
            Ok(length) if length <= most && !text.contains('+') => Ok(()),
            _ => Err(format!("its length is not from 0 to {most}")),
        }
    }
}

impl Endpoint {
    /// Whether it speaks TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.as_str().starts_with("https://")
    }

    /// Returns its host, and its port where it names one.
    #[must_use]
    pub fn host_and_port(&self) -> (&str, Option<u16>) {
        let authority = after_scheme(self.as_str()).map_or("", |(authority, _)| authority);
        let (host, port) = host_and_port(authority);
        (host, port.and_then(|port| port.parse().ok()))
    }
}

impl Url {
    /// Returns its host, and its port, which follows from the scheme where it names none.
    #[must_use]
    pub fn host_and_port(&self) -> (&str, u16) {
        let authority = after_scheme(self.as_str()).map_or("", |(authority, _)| authority);
        let (host, port) = host_and_port(authority);
        let default = if self.as_str().starts_with("https://") { 443 } else { 80 };
        (host, port.and_then(|port| port.parse().ok()).unwrap_or(default))
    }
}

impl HostAndPort {
    /// Returns the two of them.
    #[must_use]
    pub fn host_and_port(&self) -> (&str, u16) {
        let (host, port) = host_and_port(self.as_str());
        (host, port.and_then(|port| port.parse().ok()).expect("the text was checked when it was read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_a_host_and_perhaps_a_port() {
        for (good, host, port) in [
            ("https://s3.example.org", "s3.example.org", None),
            ("http://garage.storage.svc:3900/", "garage.storage.svc", Some(3900)),
            ("http://192.0.2.1:9000", "192.0.2.1", Some(9000)),
        ] {
            let endpoint = Endpoint::parse(good).unwrap();
            assert_eq!(endpoint.host_and_port(), (host, port), "{good}");
            assert_eq!(endpoint.is_tls(), good.starts_with("https"), "{good}");
        }
        for bad in [
            "",
            "s3.example.org",
            "ftp://s3.example.org",
            "https://",
            "https://s3.example.org/bucket",
            "https://s3.example.org:0",
            "https://s3.example.org:70000",
            "https://user@s3.example.org",
            "https://a b",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn urls_may_have_a_path() {
        for (good, host, port) in [
            ("http://prometheus.monitoring.svc:9090/api/v1/write", "prometheus.monitoring.svc", 9090),
            ("https://metrics.example.org/push?tenant=1", "metrics.example.org", 443),
            ("http://metrics.example.org", "metrics.example.org", 80),
        ] {
            assert_eq!(Url::parse(good).unwrap().host_and_port(), (host, port), "{good}");
        }
        for bad in ["", "metrics.example.org/push", "http:///push", "http://a:0/", "http://a/b c", "http://a/ü"] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_have_no_scheme() {
        assert_eq!(HostAndPort::parse("kafka.kafka.svc:9092").unwrap().host_and_port(), ("kafka.kafka.svc", 9092));
        for bad in ["", "kafka", "kafka:", "kafka:0", "kafka:+1", ":9092", "http://kafka:9092", "kafka:9092/", "a b:1"]
        {
            assert!(HostAndPort::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(HostAndPortGrammar::nearest("http://kafka:9092/").as_deref(), Some("kafka:9092"));
        assert_eq!(HostAndPortGrammar::nearest("kafka"), None);
    }

    #[test]
    fn blocks_have_an_address_and_a_length() {
        for good in ["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::1/128"] {
            assert!(Cidr::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "192.0.2.0", "192.0.2.0/33", "192.0.2/24", "2001:db8::/129", "192.0.2.0/+8"] {
            assert!(Cidr::parse(bad).is_err(), "{bad}");
        }
    }
}
