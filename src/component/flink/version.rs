//! Which Flink it is: by that, options have other names, and the file of a plugin has another one.

use super::declaration::Distribution;
use super::{Flink, versions};
use crate::kube::Image;
use crate::value::Traced;

/// A version of Flink, `2.1.1` or `1.19.2-cp2`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Version {
    /// Major and minor version.
    pub(super) minor: (u32, u32),
    /// All of it, as it stands in the name of a plugin.
    pub(super) exact: String,
}

impl Version {
    /// Reads a whole version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::at_start(text).filter(|version| version.exact == text)
    }

    /// Reads the version that a tag begins with: `2.1.1-scala_2.12-java17`.
    fn at_start(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let minor = (number(parts.next()?)?, number(parts.next()?)?);
        let rest = parts.next()?;
        let (patch, more) = rest.split_once('-').unwrap_or((rest, ""));
        number(patch)?;
        // Confluent's own builds of a version: its plugins are named after them.
        let build = more.split('-').next().filter(|build| {
            build
                .strip_prefix("cp")
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let exact =
            format!("{}.{}.{patch}{}", minor.0, minor.1, build.map(|build| format!("-{build}")).unwrap_or_default());
        Some(Self { minor, exact })
    }

    /// Returns the version of a published image of Flink by its tag.
    pub(super) fn of_image(image: &Image) -> Option<Self> {
        versions::is_image_of_flink(image.registry(), image.repository())
            .then(|| Self::at_start(image.tag()?))
            .flatten()
    }

    /// Returns its name in the operator's kinds, `v2_1`.
    pub(super) fn name(&self) -> String {
        format!("v{}_{}", self.minor.0, self.minor.1)
    }
}

impl Flink {
    /// Returns the version: the one that is written, else that of the image. Nothing, where neither tells it.
    pub(super) fn version(&self) -> Option<Traced<Version>> {
        let spec = &self.spec;
        match (&spec.version, &spec.image) {
            (Some(written), _) => Some(Traced::new(Version::parse(written.get())?, written.origin().clone())),
            (None, Some(image)) => Some(Traced::new(Version::of_image(image.get())?, image.origin().clone())),
            (None, None) if spec.is_confluent() => None,
            (None, None) => Some(Traced::literal(Version::parse(versions::FLINK_VERSION).expect("it is a version"))),
        }
    }

    /// Returns the image. Of Confluent's there is none that follows from the version of Flink alone.
    pub(super) fn image(&self) -> Option<Traced<String>> {
        if let Some(image) = &self.spec.image {
            return Some(image.map(ToString::to_string));
        }
        let version = self.version()?.because(self.spec.distribution.origin());
        Some(match self.spec.distribution.get() {
            Distribution::Apache => version.map(|version| format!("docker.io/library/flink:{}-java17", version.exact)),
            Distribution::Confluent => {
                version.map(|version| format!("docker.io/confluentinc/cp-flink:{}", version.exact))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn of_image(image: &str) -> Option<String> {
        Version::of_image(&Image::parse(image).unwrap()).map(|version| version.exact)
    }

    #[test]
    fn tags_of_flink_begin_with_its_version() {
        assert_eq!(of_image("flink:2.1.1-scala_2.12-java17").as_deref(), Some("2.1.1"));
        assert_eq!(of_image("docker.io/apache/flink:1.20.3").as_deref(), Some("1.20.3"));
        assert_eq!(of_image("confluentinc/cp-flink:1.19.2-cp2-java17").as_deref(), Some("1.19.2-cp2"));
        for unknown in ["flink:2.1-java17", "flink:latest", "flink", "example.org/orders:2.1.1"] {
            assert_eq!(of_image(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_version_is_exact() {
        assert_eq!(Version::parse("1.20.3").unwrap().name(), "v1_20");
        assert_eq!(Version::parse("1.19.2-cp1").unwrap().exact, "1.19.2-cp1");
        for bad in ["1.20", "1.20.x", "v1.20.3", "1.20.3-java17", "", "1..2", ".."] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }
}
