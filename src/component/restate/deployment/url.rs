//! Whether the operator can make requests to a URL.

use std::net::Ipv6Addr;

/// Characters that no host has.
const FORBIDDEN: &[char] = &['<', '>', '[', ']', '\\', '^', '|', '%', '`', '{', '}', '"'];

/// Returns why the operator cannot make requests to `url`.
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    let url: String =
        url.trim_matches(|letter: char| letter <= ' ').chars().filter(|letter| !is_ignored(*letter)).collect();
    let Some((scheme, rest)) = url.split_once(':') else { return Err("it has no scheme") };
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Err("it begins with neither `http://` nor `https://`");
    }
    let authority = rest.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let Some((host, port)) = rest.split_once(']') else { return Err("its host has no closing `]`") };
            if host.parse::<Ipv6Addr>().is_err() {
                return Err("its host is no address of IPv6");
            }
            (host, port.strip_prefix(':').unwrap_or(port))
        }
        None => address.split_once(':').unwrap_or((address, "")),
    };
    if host.is_empty() {
        return Err("it has no host");
    }
    if !address.starts_with('[') && (host.contains(FORBIDDEN) || host.contains(|letter: char| letter <= ' ')) {
        return Err("its host has a character that no host has");
    }
    if !address.starts_with('[')
        && host.rsplit('.').find(|part| !part.is_empty()).is_some_and(is_number)
        && !is_ipv4(host)
    {
        return Err("its host is no address of IPv4");
    }
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return Err("its port is no number up to 65535");
    }
    Ok(())
}

/// Returns the path of a URL, without what asks for a part of it.
pub(super) fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    rest.find('/').map_or("", |at| &rest[at..])
}

fn is_ignored(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r')
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the host is an address of up to four numbers, the last of which fills the rest.
fn is_ipv4(host: &str) -> bool {
    let parts: Vec<_> = host.strip_suffix('.').unwrap_or(host).split('.').map(str::parse::<u64>).collect();
    let Some((Ok(last), others)) = parts.split_last() else { return false };
    let greatest = match others.len() {
        0 => u64::from(u32::MAX),
        1 => 0xff_ffff,
        2 => 0xffff,
        3 => 0xff,
        _ => return false,
    };
    others.iter().all(|part| matches!(part, Ok(0..=255))) && *last <= greatest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_need_a_scheme_and_a_host() {
        for good in [
            "http://restate.restate.svc:9070",
            "https://x.example/a?b#c",
            "HTTP://x",
            "http://u:p@x:1/",
            "http://[::1]:9070",
            "http://127.0.0.1",
            "http:x",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "not-a-url",
            "//x",
            "/x",
            "localhost:9070",
            "http://",
            "ftp://x",
            "http://a b",
            "http://x:70000",
            "http://x:a",
            "http://[::1",
            "http://1.2.3.4.5",
            "http://1.2.3.256",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_found() {
        assert_eq!(path("http://x:1/a/b?c"), "/a/b");
        assert_eq!(path("http://x?/a"), "");
    }
}
