//! The values of the charts. Every key stands in the `values.yaml` of its chart: one that does not is ignored silently.
//!
//! See <https://github.com/grafana-community/helm-charts/tree/main/charts>.

mod distributed;
mod monolithic;

use super::declaration::MetricsGenerator;
use super::{ACCESS_KEY, SECRET_KEY, Tempo};
use crate::component::{Kept, StoreKind, Trust};
use crate::project::Project;
use crate::value::{Value, manifest};

/// Returns the values for the chart of the mode.
pub(super) fn values(tempo: &Tempo, kept: &Kept<'_>, trust: Option<&Trust>, project: &Project) -> Value {
    let mode = tempo.spec.mode();
    let rolled = kept.is_s3().then(|| tempo.consumer().credential(kept).rolled(project)).flatten();
    let values = if mode.get().is_distributed() {
        distributed::values(tempo, kept, trust, rolled.as_ref())
    } else {
        monolithic::values(tempo, kept, trust, rolled.as_ref())
    };
    values.because(mode.origin())
}

/// Returns the block `storage.trace` of Tempo's configuration, which the charts pass on. A chart adds the paths of the
/// volume. The client of the store takes host and port without a scheme, and Tempo fills in variables of its environment.
fn trace(tempo: &Tempo, kept: &Kept<'_>, trust: Option<&Trust>) -> Value {
    let store = kept.store;
    let s3 = || {
        manifest!({
            bucket: tempo.bucket(),
            endpoint: store.map(crate::component::Store::host_and_port),
            region: store.map(|store| &store.region),
            access_key: format!("${{{ACCESS_KEY}}}"),
            secret_key: format!("${{{SECRET_KEY}}}"),
            forcepathstyle: store.map(|store| &store.path_style),
            insecure: store.map(|store| store.tls.map(|tls| !tls)),
            tls_ca_path: trust.map(Trust::file),
        })
    };
    let backend = kept.kind.map(|kind| if *kind == StoreKind::S3 { "s3" } else { "local" });
    manifest!({ backend: backend, s3: kept.is_s3().then(s3) }).because(kept.kind.origin())
}

/// Returns what turns on the making of metrics for whoever sends traces.
fn overrides(generator: &MetricsGenerator) -> Value {
    let processors = manifest!(["service-graphs", "span-metrics"]);
    let overrides = manifest!({ defaults: { metrics_generator: { processors: processors } } });
    overrides.because(generator.remote_write_url.origin())
}

fn resources(tempo: &Tempo) -> Value {
    let default = || manifest!({ requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } });
    tempo.spec.resources.as_ref().map_or_else(default, |resources| resources.value().clone())
}
