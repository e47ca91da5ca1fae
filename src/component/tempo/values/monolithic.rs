//! The values of the chart `tempo`, version 2.

use super::Tempo;
use crate::component::{Kept, Trust};
use crate::kube::Duration;
use crate::value::{Value, manifest};

pub(super) fn values(tempo: &Tempo, kept: &Kept<'_>, trust: Option<&Trust>, rolled: Option<&Value>) -> Value {
    let spec = &tempo.spec;
    let generator = spec.metrics_generator.as_ref();
    let kept_on_volume = spec.persistence();
    let volume = kept_on_volume
        .then(|| manifest!({ size: kept.size(spec.size.as_ref()), storageClassName: spec.storage_class_name }));
    manifest!({
        // Some objects are named after the chart and not after the release, which this makes one.
        nameOverride: tempo.metadata.name(),
        extraLabels: tempo.metadata.labels(),
        podAnnotations: rolled,
        tempo: {
            tag: spec.version,
            // It would ask a server outside of the cluster.
            reportingEnabled: false,
            // A ballast keeps garbage in memory until it is as large, whatever the limit of the pod.
            memBallastSizeMbs: 0i64,
            resources: super::resources(tempo),
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            retention: spec.retention().map(Duration::in_go),
            receivers: receivers(),
            storage: { trace: super::trace(tempo, kept, trust) },
            ..credentials(tempo, kept),
            extraVolumeMounts: trust.map(Trust::mounts),
            metricsGenerator: generator.map(|generator| {
                let metrics = manifest!({
                    enabled: true,
                    remoteWriteUrl: generator.remote_write_url.map(ToString::to_string),
                    // The volume, where a restart finds what is not yet written.
                    storage: { path: "/var/tempo/metrics" },
                });
                metrics.because(generator.remote_write_url.origin())
            }),
            overrides: generator.map(super::overrides),
        },
        securityContext: {
            runAsUser: 10001i64, runAsGroup: 10001i64, fsGroup: 10001i64, runAsNonRoot: true,
            seccompProfile: { type: "RuntimeDefault" },
        },
        extraVolumes: trust.map(Trust::volumes),
        // The default is a pod that forgets.
        persistence: { enabled: kept_on_volume, ..volume },
    })
}

/// Returns what traces are taken by: OTLP. The chart's Service needs the other receivers of its defaults to be there, so
/// that they listen where nobody outside of the pod reaches them.
fn receivers() -> Value {
    let unreachable = |port: u16| manifest!({ endpoint: format!("127.0.0.1:{port}") });
    manifest!({
        jaeger: { protocols: {
            grpc: unreachable(14250), thrift_binary: unreachable(6832), thrift_compact: unreachable(6831),
            thrift_http: unreachable(14268),
        } },
        otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } },
    })
}

/// Returns what gives the pod its credentials, and has Tempo fill them into its configuration.
fn credentials(tempo: &Tempo, kept: &Kept<'_>) -> Option<Value> {
    kept.is_s3().then(|| {
        let credentials = manifest!({
            extraArgs: { "config.expand-env": "true" },
            extraEnvFrom: [{ secretRef: { name: tempo.consumer().secret_name() } }],
        });
        credentials.because(kept.kind.origin())
    })
}
