//! The versions of what Velero is made of, as data: every one can be overridden in the declaration.

/// The repository of the chart.
pub(super) const CHART_REPOSITORY: &str = "https://vmware-tanzu.github.io/helm-charts";
/// The chart's name.
pub(super) const CHART: &str = "velero";
/// The chart's version (releases: <https://github.com/vmware-tanzu/helm-charts/releases>).
pub(super) const CHART_VERSION: &str = "12.1.0";
/// The server's image (releases: <https://github.com/vmware-tanzu/velero/releases>).
pub(super) const IMAGE: &str = "docker.io/velero/velero:v1.18.1";
/// The image of the plugin for S3 (releases: <https://github.com/vmware-tanzu/velero-plugin-for-aws/releases>).
pub(super) const PLUGIN_IMAGE: &str = "docker.io/velero/velero-plugin-for-aws:v1.14.2";
/// Minor versions of the server and of the plugin that are made for each other.
/// Source: the table of compatibility in the plugin's README.
pub(super) const PAIRS: &[(&str, &str)] =
    &[("v1.14", "v1.10"), ("v1.15", "v1.11"), ("v1.16", "v1.12"), ("v1.17", "v1.13"), ("v1.18", "v1.14")];
