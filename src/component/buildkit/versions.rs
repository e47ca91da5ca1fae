//! The version of BuildKit, as data: the image can be overridden in the declaration.

/// The image of the daemon (releases: <https://github.com/moby/buildkit/releases>).
pub(super) const IMAGE: &str = "docker.io/moby/buildkit:v0.29.0";
/// What the tag of an image ends with whose daemon runs without root.
pub(super) const ROOTLESS: &str = "rootless";
