//! The values of the chart `tempo-distributed`, version 3.

use super::super::declaration::Kafka;
use super::super::{KAFKA_PASSWORD, KAFKA_USERNAME};
use super::Tempo;
use crate::component::{Kept, Trust};
use crate::kube::Duration;
use crate::value::{Traced, Value, manifest};

pub(super) fn values(tempo: &Tempo, kept: &Kept<'_>, trust: Option<&Trust>, rolled: Option<&Value>) -> Value {
    let spec = &tempo.spec;
    let kafka = spec.kafka.as_ref();
    let secret = kafka.and_then(|kafka| kafka.secret_name.as_ref());
    let of_store = kept
        .is_s3()
        .then(|| manifest!([{ secretRef: { name: tempo.consumer().secret_name() } }]).because(kept.kind.origin()));
    let replicas = &spec.replicas;
    // Every part reads the whole configuration, the store's address and the certificate included.
    let part = |replicas: Option<&Traced<i64>>| {
        manifest!({
            replicas: replicas,
            resources: super::resources(tempo),
            extraVolumes: trust.map(Trust::volumes),
            extraVolumeMounts: trust.map(Trust::mounts),
        })
    };
    let one = Traced::literal(1);
    let pods = |replicas: &Option<Traced<i64>>| part(Some(replicas.as_ref().unwrap_or(&one)));
    // Each partition has a pod of both; the chart cannot know their number.
    let partitions = kafka.map(Kafka::partitions);
    let retention = spec.retention().map(Duration::in_go);
    manifest!({
        // What is named after the release is named like it, whatever its name.
        fullnameOverride: tempo.metadata.name(),
        global: {
            commonLabels: tempo.metadata.labels(),
            extraArgs: ["-config.expand-env=true"],
            extraEnvFrom: [
                ..of_store,
                ..secret.map(|name| manifest!([{ secretRef: { name: name } }]).because(name.origin())),
            ],
        },
        // It would ask a server outside of the cluster.
        reportingEnabled: false,
        tempo: {
            image: spec.version.as_ref().map(|version| manifest!({ tag: version })),
            // The container's own context is the chart's, and fits a restricted namespace but for this.
            podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
            podAnnotations: rolled,
            // The chart's own values for it would put the password into a ConfigMap.
            structuredConfig: secret.map(|name| {
                let kafka = manifest!({
                    sasl_username: format!("${{{KAFKA_USERNAME}}}"), sasl_password: format!("${{{KAFKA_PASSWORD}}}"),
                });
                manifest!({ ingest: { kafka: kafka } }).because(name.origin())
            }),
        },
        ingest: { kafka: kafka.map(ingest) },
        traces: { otlp: { grpc: { enabled: true }, http: { enabled: true } } },
        storage: { trace: super::trace(tempo, kept, trust) },
        distributor: pods(&replicas.distributor),
        blockBuilder: part(partitions.as_ref()),
        liveStore: part(partitions.as_ref()),
        queryFrontend: pods(&replicas.query_frontend),
        querier: pods(&replicas.querier),
        backendScheduler: {
            ..part(None),
            config: { provider: { compaction: { compaction: { block_retention: retention } } } },
        },
        backendWorker: pods(&replicas.backend_worker),
        ..metrics_generator(tempo, &part(None)),
        memcached: { resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "128Mi" } } },
    })
}

fn ingest(kafka: &Kafka) -> Value {
    manifest!({
        address: kafka.address.map(ToString::to_string),
        topic: kafka.topic(),
        auto_create_topic_enabled: kafka.create_topic(),
        auto_create_topic_default_partitions: kafka.partitions(),
    })
}

fn metrics_generator(tempo: &Tempo, part: &Value) -> Option<Value> {
    let generator = tempo.spec.metrics_generator.as_ref()?;
    let url = generator.remote_write_url.map(ToString::to_string);
    let metrics = manifest!({
        metricsGenerator: {
            enabled: true,
            ..part,
            config: { storage: { remote_write: [{ url: url }] } },
        },
        overrides: super::overrides(generator),
    });
    Some(metrics.because(url.origin()))
}
