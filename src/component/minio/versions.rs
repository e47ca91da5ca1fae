//! The versions of what MinIO is made of, as data: every one can be overridden in the declaration.

/// The last server image that the community project published (releases: <https://github.com/minio/minio/releases>).
/// Later tags exist in git, without an image.
pub(super) const SERVER_IMAGE: &str = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";
/// The repository of the operator's chart. There is no official OCI one.
pub(super) const OPERATOR_REPOSITORY: &str = "https://operator.min.io";
/// The operator's chart (releases: <https://github.com/minio/operator/releases>).
pub(super) const OPERATOR_CHART: &str = "operator";
/// The chart's version, which is the operator's, too.
pub(super) const OPERATOR_VERSION: &str = "7.1.1";
