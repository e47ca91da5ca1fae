//! The versions of what Loki is made of, as data: every one can be overridden in the declaration.

/// The repository of the chart that lives. The one of grafana/loki serves the enterprise edition only since March 2026.
pub(super) const CHART_REPOSITORY: &str = "oci://ghcr.io/grafana-community/helm-charts/loki";
/// The chart's name.
pub(super) const CHART: &str = "loki";
/// The chart's version, with Loki 3.7 (releases: <https://github.com/grafana-community/helm-charts/releases>). The values
/// are written for its major version: what a key means changes with nearly every one.
pub(super) const CHART_VERSION: &str = "18.11.0";
