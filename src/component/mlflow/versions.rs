//! The versions of what MLflow is made of, as data: every one can be overridden in the declaration.

/// The end of the path of the project's images, from the last part on, which whoever mirrors them keeps.
pub(super) const REPOSITORY: [&str; 2] = ["mlflow", "mlflow"];
/// The image with clients for S3 and databases (releases: <https://github.com/mlflow/mlflow/releases>). It is the last one
/// whose clients leave the store to the server.
pub(super) const IMAGE: &str = "ghcr.io/mlflow/mlflow:v3.14.0-full";
/// The end of the tags of images with clients for S3 and databases: <https://github.com/mlflow/mlflow/tree/master/docker>.
pub(super) const FULL: &str = "-full";
/// The first version that has such an image.
pub(super) const FIRST_FULL: (u32, u32) = (3, 9);
/// The first version that tells clients to fetch artifacts from the store, by URLs that it signs.
/// Source: mlflow/mlflow, `server/handlers.py` (`server-info`) and `store/artifact/mlflow_artifacts_repo.py`.
pub(super) const FIRST_SIGNING: (u32, u32) = (3, 15);
