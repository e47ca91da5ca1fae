//! Where something listens, and addresses of a network.

use std::net::IpAddr;

use super::name::SubdomainGrammar;
use super::parsed::{Grammar, Parsed};

/// The URL of an S3 API or another service: scheme, host, and a port where the scheme does not say it.
pub type Endpoint = Parsed<EndpointGrammar>;

/// A block of addresses, `192.0.2.0/24`.
pub type Cidr = Parsed<CidrGrammar>;

/// The grammar of [`Endpoint`].
pub enum EndpointGrammar {}

/// The grammar of [`Cidr`].
pub enum CidrGrammar {}

impl Grammar for EndpointGrammar {
    const FORMAT: &'static str = "bayplan.endpoint";
    const CODE: &'static str = super::rules::INVALID_ENDPOINT.code;
    const WHAT: &'static str = "endpoint";
    const PATTERN: &'static str = "^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/?$";

    fn check(text: &str) -> Result<(), String> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or("it begins with neither `https://` nor `http://`")?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains('/') {
            return Err("it has a path, and buckets stand elsewhere".to_owned());
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
        if !port.is_none_or(is_port) {
            return Err("its port is not from 1 to 65535".to_owned());
        }
        SubdomainGrammar::check(&host.to_ascii_lowercase()).map_err(|why| format!("its host is no name: {why}"))
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
        let rest = self.as_str().split_once("://").map_or("", |(_, rest)| rest);
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        match rest.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (rest, None),
        }
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
    fn blocks_have_an_address_and_a_length() {
        for good in ["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::1/128"] {
            assert!(Cidr::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "192.0.2.0", "192.0.2.0/33", "192.0.2/24", "2001:db8::/129", "192.0.2.0/+8"] {
            assert!(Cidr::parse(bad).is_err(), "{bad}");
        }
    }
}
