//! References to container images.

use super::parsed::{Grammar, Parsed};

/// A reference to a container image: `[registry/]repository[:tag][@digest]`.
///
/// See <https://pkg.go.dev/github.com/distribution/reference>.
pub type Image = Parsed<ImageGrammar>;

/// The grammar of [`Image`].
pub enum ImageGrammar {}

impl Image {
    /// Returns the registry; `docker.io` where none is named.
    #[must_use]
    pub fn registry(&self) -> &str {
        split(self.as_str()).registry.unwrap_or("docker.io")
    }

    /// Returns the path inside the registry.
    #[must_use]
    pub fn repository(&self) -> &str {
        split(self.as_str()).repository
    }

    /// Returns the tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        split(self.as_str()).tag
    }

    /// Returns the digest, `sha256:…`.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        split(self.as_str()).digest
    }
}

impl Grammar for ImageGrammar {
    const FORMAT: &'static str = "bayplan.image";
    const CODE: &'static str = super::rules::INVALID_IMAGE.code;
    const WHAT: &'static str = "image";
    const PATTERN: &'static str = r"^[A-Za-z0-9\[][^\s@]*(@[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-f]{32,})?$";

    fn check(text: &str) -> Result<(), String> {
        let parts = split(text);
        if parts.registry.is_some_and(|registry| !is_registry(registry)) {
            return Err("the part before the first `/` is no host name".to_owned());
        }
        if parts.repository.is_empty() {
            return Err("it names no repository".to_owned());
        }
        if parts.repository.chars().any(char::is_uppercase) {
            return Err("the repository must be lower case".to_owned());
        }
        if !parts.repository.split('/').all(is_component) {
            return Err(
                "each part of the repository must be letters and digits, divided by `.`, `_`, `__` or `-`".to_owned()
            );
        }
        if parts.registry.map_or(0, |registry| registry.len() + 1) + parts.repository.len() > 255 {
            return Err("its name has more than 255 characters".to_owned());
        }
        if parts.tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(
                "the tag must be up to 128 letters, digits, `_`, `.` and `-`, not beginning with `.` or `-`".to_owned()
            );
        }
        if parts.digest.is_some_and(|digest| !is_digest(digest)) {
            return Err("the digest after `@` must be `sha256:` and 64 hexadecimal digits".to_owned());
        }
        Ok(())
    }

    fn nearest(text: &str) -> Option<String> {
        let parts = split(text);
        let lower = text.replacen(parts.repository, &parts.repository.to_lowercase(), 1);
        (lower != text && Self::check(&lower).is_ok()).then_some(lower)
    }
}

struct Parts<'text> {
    registry: Option<&'text str>,
    repository: &'text str,
    tag: Option<&'text str>,
    digest: Option<&'text str>,
}

/// The part before the first `/` is a registry if it looks like a host: a dot, a port, `localhost` or upper case.
fn split(text: &str) -> Parts<'_> {
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost" || part.chars().any(char::is_uppercase);
    let (registry, rest) = match name.split_once('/') {
        Some((host, rest)) if is_host(host) => (Some(host), rest),
        _ => (None, name),
    };
    let (repository, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));
    Parts { registry, repository, tag, digest }
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            return address.parse::<std::net::Ipv6Addr>().is_ok()
                && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    host.split('.').all(is_part) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters and digits, divided by one dot, one or two underscores, or any number of hyphens.
fn is_component(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let fine_divider =
        |divider: &str| matches!(divider, "" | "." | "_" | "__") || divider.bytes().all(|byte| byte == b'-');
    text.starts_with(is_letter) && text.ends_with(is_letter) && text.split(is_letter).all(fine_divider)
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && !text.starts_with(['.', '-'])
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, sum)) = text.split_once(':') else { return false };
    let hexadecimal = sum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let length = match algorithm {
        "sha256" => sum.len() == 64,
        "sha512" => sum.len() == 128,
        _ => sum.len() >= 32 && !algorithm.is_empty() && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    hexadecimal && length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_have_parts() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let image = Image::parse(&format!("localhost:5000/a/b_c:v1.0@{digest}")).unwrap();
        assert_eq!(image.registry(), "localhost:5000");
        assert_eq!(image.repository(), "a/b_c");
        assert_eq!(image.tag(), Some("v1.0"));
        assert_eq!(image.digest(), Some(digest.as_str()));
        assert_eq!(Image::parse("minio/minio").unwrap().registry(), "docker.io");
        assert_eq!(Image::parse("busybox:1.37").unwrap().tag(), Some("1.37"));
        assert_eq!(
            Image::parse("docker.restate.dev/restatedev/restate:1.5.2").unwrap().registry(),
            "docker.restate.dev"
        );
    }

    #[test]
    fn bad_images_are_refused() {
        for bad in [
            "",
            "a b",
            "minio/MinIO",
            ":tag",
            "a:",
            "a:b:c",
            "a//b",
            "a/-b",
            "a___b",
            "a.b/",
            "-a.b/c",
            "a.b:x/c",
            "a:.x",
            "a@sha256:0",
            "https://a.b/c",
            "a@",
        ] {
            assert!(Image::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(ImageGrammar::nearest("minio/MinIO:X").as_deref(), Some("minio/minio:X"));
    }
}
