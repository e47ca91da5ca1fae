//! The versions of what a Flink is made of, as data: every one can be overridden in the declaration.

/// The repository of the operator's chart, one for each version. What is not the newest stays in the archive alone.
pub(super) const OPERATOR_REPOSITORY: &str = "https://archive.apache.org/dist/flink/flink-kubernetes-operator-";
/// The chart's name.
pub(super) const OPERATOR_CHART: &str = "flink-kubernetes-operator";
/// The chart's version (releases: <https://flink.apache.org/downloads/>).
pub(super) const OPERATOR_VERSION: &str = "1.15.0";

/// The Flink of a declaration that says nothing of it (releases: <https://flink.apache.org/downloads/>).
pub(super) const FLINK_VERSION: &str = "2.1.1";
/// The oldest and the newest minor version that the operator runs and whose options are known here.
pub(super) const OLDEST: (u32, u32) = (1, 17);
pub(super) const NEWEST: (u32, u32) = (2, 2);
/// The same of Confluent's kinds.
pub(super) const OLDEST_OF_CONFLUENT: (u32, u32) = (1, 18);
pub(super) const NEWEST_OF_CONFLUENT: (u32, u32) = (2, 1);

/// Images whose tags begin with the version of Flink.
const IMAGES_OF_FLINK: &[(&str, &str)] = &[
    ("docker.io", "flink"),
    ("docker.io", "library/flink"),
    ("docker.io", "apache/flink"),
    ("ghcr.io", "apache/flink-docker"),
    ("docker.io", "confluentinc/cp-flink"),
];

/// Whether the tags of an image begin with the version of Flink.
pub(super) fn is_image_of_flink(registry: &str, repository: &str) -> bool {
    IMAGES_OF_FLINK.contains(&(registry, repository))
}
