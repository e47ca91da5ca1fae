//! What a server is given, whoever runs it.

use super::declaration::{AntiAffinity, Pool};
use super::{MinIO, events, versions};
use crate::kube::Image;
use crate::value::{Traced, Value, manifest};

impl MinIO {
    /// Returns the image of the servers.
    pub(super) fn image(&self) -> Traced<String> {
        let image = self.spec.image.as_ref().map(|image| image.map(Image::to_string));
        image.unwrap_or_else(|| Traced::literal(versions::SERVER_IMAGE.to_owned()))
    }

    /// Returns the variables of the servers that both ways to run them need.
    pub(super) fn environment(&self) -> Vec<Value> {
        // Prometheus would otherwise need a token that only `mc` can make; the network policy lets nobody else in.
        let public_metrics = self.spec.monitoring.enabled();
        let public_metrics = public_metrics.then(|| manifest!({ name: "MINIO_PROMETHEUS_AUTH_TYPE", value: "public" }));
        // The server reads the durations of Go, which has no days.
        let stale_uploads = self.spec.stale_uploads.as_ref().map(|time| {
            let seconds = time.map(|time| format!("{}s", time.seconds()));
            manifest!({ name: "MINIO_API_STALE_UPLOADS_EXPIRY", value: seconds }).because(time.origin())
        });
        let all = manifest!([public_metrics, stale_uploads, ..events::variables(self)]);
        all.as_list().unwrap_or_default().to_vec()
    }
}

impl Pool {
    /// Returns the resources of each server.
    pub(super) fn resources(&self) -> Value {
        let written = self.resources.as_ref().map(|resources| resources.value().clone());
        let default = || manifest!({ requests: { cpu: "250m", memory: "1Gi" }, limits: { memory: "2Gi" } });
        written.unwrap_or_else(default)
    }

    /// Returns where servers may run, where those of `minio` keep apart from each other.
    pub(super) fn affinity(&self, minio: &MinIO) -> Value {
        if let Some(affinity) = &self.affinity {
            return affinity.value().clone();
        }
        let term = manifest!({
            topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: minio.pod_labels() },
        });
        let apart = self.anti_affinity.clone().unwrap_or_default();
        let rules = match apart.get() {
            AntiAffinity::Preferred => manifest!({
                preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100i64, podAffinityTerm: term }],
            }),
            AntiAffinity::Required => manifest!({ requiredDuringSchedulingIgnoredDuringExecution: [term] }),
        };
        manifest!({ podAntiAffinity: rules.because(apart.origin()) })
    }

    /// Returns the claim of a volume, under the name `name`.
    pub(super) fn claim(&self, name: &Traced<String>) -> Value {
        manifest!({
            metadata: { name: name },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: self.storage_class_name,
                resources: { requests: { storage: self.size() } },
            },
        })
    }
}

/// The context of the pods of servers.
pub(super) fn pod_security() -> Value {
    manifest!({
        runAsUser: 1000i64, runAsGroup: 1000i64, fsGroup: 1000i64, runAsNonRoot: true,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    })
}

/// The context of the containers of servers: without it a namespace that enforces `restricted` refuses the pods.
pub(super) fn container_security() -> Value {
    manifest!({
        runAsUser: 1000i64, runAsGroup: 1000i64, runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
    })
}
