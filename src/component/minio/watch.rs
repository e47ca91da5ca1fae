//! What is shown of a MinIO, and what is warned of. Every server tells what it knows of all, and each is scraped: what the
//! servers say alike is taken once.

use super::MinIO;
use crate::component::{Alert, App, Panel, Watched};
use crate::value::{ToValue, Value, text};

const PANELS: &[Panel] = &[
    Panel {
        title: "Health",
        unit: "short",
        queries: &[
            ("min(minio_cluster_health_status{$series})", "writes are possible"),
            ("max(minio_cluster_nodes_offline_total{$series})", "servers offline"),
            ("max(minio_cluster_drive_offline_total{$series})", "drives offline"),
        ],
    },
    Panel {
        title: "Capacity",
        unit: "bytes",
        queries: &[
            ("max(minio_cluster_capacity_usable_total_bytes{$series})", "usable"),
            ("min(minio_cluster_capacity_usable_free_bytes{$series})", "free"),
            ("max(minio_cluster_usage_total_bytes{$series})", "objects"),
        ],
    },
    Panel {
        title: "Objects",
        unit: "short",
        queries: &[
            ("max(minio_cluster_usage_object_total{$series})", "objects"),
            ("max(minio_cluster_usage_version_total{$series})", "versions"),
            ("max(minio_cluster_buckets_total{$series})", "buckets"),
        ],
    },
    Panel {
        title: "Requests",
        unit: "reqps",
        queries: &[("sum by (api) (max by (server, api) (rate(minio_s3_requests_total{$series}[5m])))", "{{api}}")],
    },
    Panel {
        title: "Errors",
        unit: "reqps",
        queries: &[
            ("sum(max by (server, api) (rate(minio_s3_requests_4xx_errors_total{$series}[5m])))", "4xx"),
            ("sum(max by (server, api) (rate(minio_s3_requests_5xx_errors_total{$series}[5m])))", "5xx"),
            ("sum(max by (server) (rate(minio_s3_requests_rejected_auth_total{$series}[5m])))", "not let in"),
        ],
    },
    Panel {
        title: "Time to first byte",
        unit: "s",
        queries: &[
            (
                "histogram_quantile(0.99, sum by (le) (max by (server, api, le) (rate(minio_s3_requests_ttfb_seconds_distribution{$series}[5m]))))",
                "99 of 100",
            ),
            (
                "histogram_quantile(0.5, sum by (le) (max by (server, api, le) (rate(minio_s3_requests_ttfb_seconds_distribution{$series}[5m]))))",
                "half",
            ),
        ],
    },
    Panel {
        title: "Traffic",
        unit: "Bps",
        queries: &[
            ("sum(max by (server) (rate(minio_s3_traffic_received_bytes{$series}[5m])))", "in"),
            ("sum(max by (server) (rate(minio_s3_traffic_sent_bytes{$series}[5m])))", "out"),
        ],
    },
    Panel {
        title: "Waiting requests",
        unit: "short",
        queries: &[("sum(max by (server) (minio_s3_requests_waiting_total{$series}))", "waiting")],
    },
    Panel {
        title: "Memory",
        unit: "bytes",
        queries: &[("max by (server) (minio_node_process_resident_memory_bytes{$series})", "{{server}}")],
    },
    Panel {
        title: "Latency of drives",
        unit: "µs",
        queries: &[("max by (server, drive) (minio_node_drive_latency_us{$series})", "{{server}} {{drive}}")],
    },
];

const ALERTS: &[Alert] = &[
    Alert {
        name: "MinIOUnavailable",
        expression: "min(minio_cluster_health_status{$series}) == 0",
        lasting: "2m",
        severity: "critical",
        summary: "MinIO refuses writes",
        description: "An erasure set has lost more drives than it can do without. Look which servers and drives are offline (`mc admin info`), and bring them back before anything else: data is not lost while they can return.",
    },
    Alert {
        name: "MinIONotSeen",
        expression: "absent(minio_cluster_health_status{$series})",
        lasting: "15m",
        severity: "warning",
        summary: "Prometheus sees no MinIO",
        description: "No server answers the scrape: all are down, or a network policy, the scheme or the certificate keeps Prometheus out.",
    },
    Alert {
        name: "MinIOServerOffline",
        expression: "max(minio_cluster_nodes_offline_total{$series}) > 0",
        lasting: "5m",
        severity: "warning",
        summary: "A MinIO server is offline",
        description: "The store still works. Another loss may end that: look why the pod does not run.",
    },
    Alert {
        name: "MinIODriveOffline",
        expression: "max(minio_cluster_drive_offline_total{$series}) > 0",
        lasting: "5m",
        severity: "warning",
        summary: "A MinIO drive is offline",
        description: "Objects have less redundancy until it is back or replaced and healed. `mc admin info` names it.",
    },
    Alert {
        name: "MinIOFilling",
        expression: "min(minio_cluster_capacity_usable_free_bytes{$series}) / max(minio_cluster_capacity_usable_total_bytes{$series}) < 0.2",
        lasting: "30m",
        severity: "warning",
        summary: "MinIO has less than a fifth of its capacity left",
        description: "Let objects expire, enlarge the volumes where their class allows it, or append a pool: servers and volumes of a pool cannot change.",
    },
    Alert {
        name: "MinIOFull",
        expression: "min(minio_cluster_capacity_usable_free_bytes{$series}) / max(minio_cluster_capacity_usable_total_bytes{$series}) < 0.05",
        lasting: "5m",
        severity: "critical",
        summary: "MinIO is nearly full",
        description: "Writes fail soon, for everybody who keeps something here. Deleting needs space, too: do not wait for the last bytes.",
    },
    Alert {
        name: "MinIOErrors",
        expression: "sum(max by (server, api) (rate(minio_s3_requests_5xx_errors_total{$series}[5m]))) / sum(max by (server, api) (rate(minio_s3_requests_total{$series}[5m]))) > 0.05",
        lasting: "10m",
        severity: "warning",
        summary: "MinIO fails at more than 5 of 100 requests",
        description: "The servers' log names the cause: drives, memory, or peers that do not answer.",
    },
    Alert {
        name: "MinIORequestsWait",
        expression: "sum(max by (server) (minio_s3_requests_waiting_total{$series})) > 0",
        lasting: "15m",
        severity: "warning",
        summary: "Requests wait for MinIO",
        description: "The servers have more requests than memory allows at once: give them more of it, or fewer clients.",
    },
];

fn watched(minio: &MinIO) -> Watched {
    Watched {
        name: minio.metadata.name(),
        namespace: minio.metadata.namespace(),
        labels: minio.metadata.labels().to_value(),
        title: text!("MinIO {}/{}", minio.metadata.namespace(), minio.metadata.name()),
        // Prometheus gives each series the names of namespace and Service.
        series: text!("namespace=\"{}\",service=\"{}\"", minio.metadata.namespace(), minio.service()),
    }
}

/// Returns the rules, where they are wanted beside the monitor.
pub(super) fn rules(minio: &MinIO) -> Option<Value> {
    let alerts = minio.spec.monitoring.alerts.as_ref().filter(|alerts| *alerts.get())?;
    Some(watched(minio).rules(ALERTS).because(alerts.origin()))
}

/// Returns the app of the dashboard: its definition may be missing where others are not.
pub(super) fn dashboard_app(minio: &MinIO) -> Option<App> {
    let monitoring = &minio.spec.monitoring;
    let enabled = monitoring.enabled();
    let form = monitoring.dashboards.as_ref().filter(|_| *enabled.get())?;
    let dashboard = watched(minio).dashboard(form, &monitoring.dashboard_labels, PANELS);
    let id = minio.metadata.app_id("-dashboard").because(enabled.origin()).because(form.origin());
    Some(App::new(id, vec![dashboard.because(enabled.origin()).into()]).after([minio.metadata.app_id("")]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::monitoring::tests::metrics_exist;

    /// Metrics of the paths `cluster` and `node`.
    /// Source: `docs/metrics/prometheus/list.md` of the server.
    const METRICS: &[&str] = &[
        "minio_cluster_buckets_total",
        "minio_cluster_capacity_raw_free_bytes",
        "minio_cluster_capacity_raw_total_bytes",
        "minio_cluster_capacity_usable_free_bytes",
        "minio_cluster_capacity_usable_total_bytes",
        "minio_cluster_drive_offline_total",
        "minio_cluster_drive_online_total",
        "minio_cluster_drive_total",
        "minio_cluster_health_status",
        "minio_cluster_nodes_offline_total",
        "minio_cluster_nodes_online_total",
        "minio_cluster_usage_object_total",
        "minio_cluster_usage_total_bytes",
        "minio_cluster_usage_version_total",
        "minio_cluster_write_quorum",
        "minio_heal_objects_errors_total",
        "minio_node_drive_free_bytes",
        "minio_node_drive_free_inodes",
        "minio_node_drive_latency_us",
        "minio_node_drive_offline_total",
        "minio_node_drive_total_bytes",
        "minio_node_drive_used_bytes",
        "minio_node_file_descriptor_limit_total",
        "minio_node_file_descriptor_open_total",
        "minio_node_process_cpu_total_seconds",
        "minio_node_process_resident_memory_bytes",
        "minio_s3_requests_4xx_errors_total",
        "minio_s3_requests_5xx_errors_total",
        "minio_s3_requests_errors_total",
        "minio_s3_requests_incoming_total",
        "minio_s3_requests_inflight_total",
        "minio_s3_requests_rejected_auth_total",
        "minio_s3_requests_total",
        "minio_s3_requests_ttfb_seconds_distribution",
        "minio_s3_requests_waiting_total",
        "minio_s3_traffic_received_bytes",
        "minio_s3_traffic_sent_bytes",
    ];

    #[test]
    fn every_metric_exists() {
        metrics_exist("minio_", PANELS, ALERTS, METRICS);
    }
}
