//! The versions of what Tempo is made of, as data: each chart's can be overridden in the declaration.
//!
//! The charts live in <https://github.com/grafana-community/helm-charts> since January 2026; those of grafana/helm-charts
//! are frozen. A chart has the major version of the Tempo that it can run: the flags and the configuration of Tempo 3 are
//! others than those of Tempo 2.

use super::declaration::Mode;

/// A chart.
pub(super) struct Chart {
    /// Its repository.
    pub(super) repository: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Its version. The values are written for its major version.
    pub(super) version: &'static str,
    /// The major version of the Tempo that it runs.
    pub(super) runs: &'static str,
}

/// Tempo 2.10 in one pod.
const MONOLITHIC: Chart = Chart {
    repository: "oci://ghcr.io/grafana-community/helm-charts/tempo",
    name: "tempo",
    version: "2.2.4",
    runs: "2",
};

/// Tempo 3.0 in pods for each part.
const DISTRIBUTED: Chart = Chart {
    repository: "oci://ghcr.io/grafana-community/helm-charts/tempo-distributed",
    name: "tempo-distributed",
    version: "3.3.0",
    runs: "3",
};

impl Mode {
    /// Returns the chart that makes it.
    pub(super) fn chart(self) -> &'static Chart {
        match self {
            Mode::Monolithic => &MONOLITHIC,
            Mode::Distributed => &DISTRIBUTED,
        }
    }
}
