//! What operators and charts make of the objects of a tree: pods and Services, with the labels and ports that they
//! really have.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::trees::{Object, texts};

pub(crate) type Labels = BTreeMap<String, String>;

/// How what belongs to a Velero is called.
const VELERO: &str = "Velero ";

/// Pods that are alike.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    /// Whose they are, for a message.
    pub(crate) of: String,
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
    /// Name and number of what they listen on.
    pub(crate) ports: Vec<(String, i64)>,
    /// Addresses that they are configured with.
    pub(crate) urls: Vec<String>,
}

/// A Service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) of: String,
    /// The file of the object that it, or whatever makes it, stands in.
    pub(crate) path: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) selector: Labels,
    /// Name, number, and the port of the pods by name or number.
    pub(crate) ports: Vec<(String, i64, Json)>,
}

/// All that runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cluster {
    pub(crate) pods: Vec<Pod>,
    pub(crate) services: Vec<Service>,
    /// Releases of charts that nobody here knows.
    pub(crate) unknown: Vec<String>,
}

impl Cluster {
    /// Returns what the objects of one tree come to.
    pub(crate) fn of(objects: &[Object]) -> Self {
        let mut cluster = Self::default();
        for object in objects {
            match object.kind() {
                "Tenant" => cluster.tenant(object),
                "FlinkDeployment" | "FlinkApplication" => cluster.flink(object),
                "HelmRelease" | "Application" => {
                    for chart in charts(object, objects) {
                        cluster.chart(&chart, &object.path);
                    }
                }
                "Service" => cluster.services.push(service(object)),
                "Ingress" => cluster.proxy(object, "ingress-nginx"),
                "HTTPRoute" => {
                    for parent in object.json["spec"]["parentRefs"].as_array().into_iter().flatten() {
                        cluster.proxy(object, parent["namespace"].as_str().unwrap_or(object.namespace()));
                    }
                }
                _ => cluster.workload(object, objects),
            }
        }
        // Where the tree does not install the operator, something else did.
        let has_operator = cluster.pods.iter().any(|pod| pod.of == "MinIO operator");
        if !has_operator && objects.iter().any(|object| object.kind() == "Tenant") {
            let labels = [("app.kubernetes.io/name", "operator")];
            cluster.pods.push(pod("MinIO operator", "minio-operator", &labels, &[("https", 4221)]));
        }
        // Its pods read where backups are from objects.
        for location in objects.iter().filter(|object| object.kind() == "BackupStorageLocation") {
            let is_its = |pod: &&mut Pod| pod.namespace == location.namespace() && pod.of.starts_with(VELERO);
            let found = urls(&location.json["spec"]["config"]["s3Url"]);
            cluster.pods.iter_mut().filter(is_its).for_each(|pod| pod.urls.extend(found.clone()));
        }
        // What every cluster has, or a monitor takes for granted.
        cluster.pods.push(pod("DNS", "kube-system", &[("k8s-app", "kube-dns")], &[("dns", 53)]));
        if objects.iter().any(|object| object.group() == "monitoring.coreos.com") {
            let labels = [("app.kubernetes.io/name", "prometheus")];
            cluster.pods.push(pod("Prometheus", "monitoring", &labels, &[("http-web", 9090)]));
        }
        cluster
    }

    /// Who forwards requests runs beside its gateway, or in the namespace of its documentation.
    /// Cilium forwards in no pod.
    fn proxy(&mut self, object: &Object, namespace: &str) {
        if object.text("/spec/ingressClassName") == "cilium" {
            return;
        }
        let of = format!("proxy of {}", object.path);
        self.pods.push(pod(&of, namespace, &[("app.kubernetes.io/component", "proxy")], &[("https", 8443)]));
    }

    /// MinIO's operator makes these. It labels a Service only as the Tenant asks for.
    /// Source: minio/operator, `pkg/resources/services/service.go`, `pkg/apis/minio.min.io/v2/{labels,names}.go`.
    fn tenant(&mut self, tenant: &Object) {
        let (name, namespace) = (tenant.name(), tenant.namespace());
        let spec = &tenant.json["spec"];
        let tls = spec["requestAutoCert"].as_bool().unwrap_or(true) || spec["externalCertSecret"].is_array();
        let (s3, s3_port) = if tls { ("https-minio", 443) } else { ("http-minio", 80) };
        let (console, console_port) = if tls { ("https-console", 9443) } else { ("http-console", 9090) };
        for pool in spec["pools"].as_array().into_iter().flatten() {
            let mut labels = labels(&pool["labels"]);
            let own = [
                ("v1.min.io/tenant", name.to_owned()),
                ("v1.min.io/console", format!("{name}-console")),
                ("v1.min.io/pool", pool["name"].as_str().unwrap_or_default().to_owned()),
            ];
            labels.extend(own.map(|(key, value)| (key.to_owned(), value)));
            self.pods.push(Pod {
                of: format!("Tenant {name}"),
                namespace: namespace.to_owned(),
                labels,
                ports: vec![(s3.to_owned(), 9000), (console.to_owned(), console_port), ("sidecar".to_owned(), 4444)],
                urls: urls(&spec["env"]),
            });
        }
        let selector = Labels::from([("v1.min.io/tenant".to_owned(), name.to_owned())]);
        let metadata = &spec["serviceMetadata"];
        for (service, wanted, (port, number), target) in [
            ("minio".to_owned(), &metadata["minioServiceLabels"], (s3, s3_port), 9000),
            (format!("{name}-console"), &metadata["consoleServiceLabels"], (console, console_port), console_port),
            (format!("{name}-hl"), &Json::Null, (s3, 9000), 9000),
        ] {
            self.services.push(Service {
                of: format!("Tenant {name}"),
                path: tenant.path.clone(),
                namespace: namespace.to_owned(),
                name: service,
                labels: labels(wanted),
                selector: selector.clone(),
                ports: vec![(port.to_owned(), number, json!(target))],
            });
        }
    }

    /// Adds the pods of a chart that the object at `path` asks for.
    fn chart(&mut self, chart: &Chart, path: &str) {
        let Chart { source, name, .. } = chart;
        if source == "https://operator.min.io" && name == "operator" {
            // Source: minio/operator, `helm/operator/templates/_helpers.tpl`.
            let labels = [("app.kubernetes.io/name", "operator"), ("app.kubernetes.io/instance", &chart.release)];
            self.pods.push(pod("MinIO operator", &chart.namespace, &labels, &[("https", 4221)]));
        } else if source.ends_with("restatedev/restate-operator-helm") {
            // Source: restatedev/restate-operator, `charts/restate-operator-helm/templates/deployment.yaml`.
            let name = chart.values["nameOverride"].as_str().unwrap_or("restate-operator");
            self.pods.push(pod("Restate operator", &chart.namespace, &[("app", name)], &[]));
        } else if source.ends_with("restatedev/restate-operator-crds") {
            // Definitions, and no pods.
        } else if source == "https://vmware-tanzu.github.io/helm-charts" {
            self.velero(chart, path);
        } else if source.starts_with("https://archive.apache.org/dist/flink/flink-kubernetes-operator-") {
            // Source: apache/flink-kubernetes-operator, `helm/flink-kubernetes-operator/templates/_helpers.tpl`.
            let labels = [("app.kubernetes.io/name", "flink-kubernetes-operator")];
            self.pods.push(pod("Flink operator", &chart.namespace, &labels, &[("health-port", 8085)]));
        } else if source.ends_with("grafana-community/helm-charts/loki") {
            self.loki(chart, path);
        } else if source.ends_with("grafana-community/helm-charts/tempo") {
            self.tempo(chart, path);
        } else if source.ends_with("grafana-community/helm-charts/tempo-distributed") {
            self.tempo_distributed(chart, path);
        } else {
            self.unknown.push(path.to_owned());
        }
    }

    /// Source: vmware-tanzu/helm-charts, `charts/velero/templates/{deployment,node-agent-daemonset,service}.yaml`. Jobs
    /// for maintenance carry none of the chart's labels.
    fn velero(&mut self, chart: &Chart, path: &str) {
        let values = &chart.values;
        let (instance, namespace) = (chart.release.as_str(), chart.namespace.as_str());
        let own = [("app.kubernetes.io/name", "velero"), ("app.kubernetes.io/instance", instance)];
        let agents =
            if values["deployNodeAgent"] == true { &["server", "node-agent", "job"][..] } else { &["server", "job"] };
        for part in agents {
            let labels: &[_] = if *part == "job" { &[("velero.io/repo-name", "repository")] } else { &own };
            let ports: &[_] = if *part == "server" { &[("http-monitoring", 8085)] } else { &[] };
            self.pods.push(pod(&format!("{VELERO}{instance} {part}"), namespace, labels, ports));
        }
        let labels = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
        self.services.push(Service {
            of: format!("{VELERO}{instance}"),
            path: path.to_owned(),
            namespace: namespace.to_owned(),
            name: values["fullnameOverride"].as_str().unwrap_or(instance).to_owned(),
            labels: labels.clone().into(),
            selector: labels.into(),
            ports: vec![("http-monitoring".to_owned(), 8085, json!("http-monitoring"))],
        });
    }

    /// In its native mode Flink makes these, with the ports that it is configured with.
    /// Source: apache/flink, `KubernetesUtils`, `ExternalServiceDecorator`, `InternalServiceDecorator`.
    fn flink(&mut self, cluster: &Object) {
        let (name, namespace) = (cluster.name(), cluster.namespace());
        let configuration = &cluster.json["spec"]["flinkConfiguration"];
        let own = |component: &str| {
            Labels::from(
                [("app", name), ("type", "flink-native-kubernetes"), ("component", component)]
                    .map(|(key, value)| (key.to_owned(), value.to_owned())),
            )
        };
        let port =
            |key: &str| (key.to_owned(), configuration[key].as_str().and_then(|port| port.parse().ok()).unwrap_or(0));
        for (component, keys) in [
            (
                "jobmanager",
                &["jobmanager.rpc.port", "blob.server.port", "rest.port", "metrics.internal.query-service.port"][..],
            ),
            ("taskmanager", &["taskmanager.data.port", "taskmanager.rpc.port", "metrics.internal.query-service.port"]),
        ] {
            self.pods.push(Pod {
                of: format!("Flink {name} {component}"),
                namespace: namespace.to_owned(),
                labels: own(component),
                ports: keys.iter().map(|key| port(key)).collect(),
                urls: urls(configuration),
            });
        }
        for (service, ports) in [
            (name.to_owned(), vec![("jobmanager-rpc", 6123), ("blobserver", 6124)]),
            (format!("{name}-rest"), vec![("rest", 8081)]),
        ] {
            self.services.push(Service {
                of: format!("Flink {name}"),
                path: cluster.path.clone(),
                namespace: namespace.to_owned(),
                name: service,
                labels: own("jobmanager"),
                selector: own("jobmanager"),
                ports: ports.into_iter().map(|(name, port)| (name.to_owned(), port, json!(port))).collect(),
            });
        }
    }

    /// Source: grafana-community/helm-charts, `charts/loki/templates/{_service,_pod,_helpers}.tpl`.
    fn loki(&mut self, chart: &Chart, path: &str) {
        let values = &chart.values;
        let (instance, namespace) = (chart.release.as_str(), chart.namespace.as_str());
        let name = values["nameOverride"].as_str().unwrap_or("loki");
        let full = if instance.contains(name) { instance.to_owned() } else { format!("{instance}-{name}") };
        let components: &[&str] = match values["deploymentMode"].as_str() {
            Some("SimpleScalable") => &["read", "write", "backend"],
            Some("Distributed") => &[
                "distributor",
                "ingester",
                "query-frontend",
                "query-scheduler",
                "querier",
                "index-gateway",
                "compactor",
                "ruler",
            ],
            _ => &["single-binary"],
        };
        let in_parts = components.len() > 1;
        let own = |component: &str| {
            Labels::from(
                [("name", name), ("instance", instance), ("component", component)]
                    .map(|(key, value)| (format!("app.kubernetes.io/{key}"), value.to_owned())),
            )
        };
        let found = urls(values);
        for component in components {
            let mut labels = own(component);
            labels.insert("app.kubernetes.io/part-of".to_owned(), "memberlist".to_owned());
            let ports = [("http-metrics", 3100), ("grpc", 9095), ("http-memberlist", 7946)];
            self.pods.push(Pod {
                of: format!("Loki {instance} {component}"),
                namespace: namespace.to_owned(),
                labels,
                ports: ports.map(|(name, number)| (name.to_owned(), number)).to_vec(),
                urls: found.iter().cloned().chain(in_parts.then(|| peers(&full)).into_iter().flatten()).collect(),
            });
            let service = if in_parts { format!("{full}-{component}") } else { full.clone() };
            for headless in [false, true] {
                let mut labels = own(component);
                if headless {
                    labels.insert("prometheus.io/service-monitor".to_owned(), "false".to_owned());
                    labels.insert("variant".to_owned(), "headless".to_owned());
                }
                self.services.push(Service {
                    of: format!("Loki {instance} {component}"),
                    path: path.to_owned(),
                    namespace: namespace.to_owned(),
                    name: if headless { format!("{service}-headless") } else { service.clone() },
                    labels,
                    selector: own(component),
                    ports: vec![
                        ("http-metrics".to_owned(), 3100, json!("http-metrics")),
                        ("grpc".to_owned(), 9095, json!("grpc")),
                    ],
                });
            }
        }
        let members = Labels::from([("app.kubernetes.io/part-of".to_owned(), "memberlist".to_owned())]);
        self.services.push(Service {
            of: format!("Loki {instance} ring"),
            path: path.to_owned(),
            namespace: namespace.to_owned(),
            name: format!("{full}-memberlist"),
            labels: Labels::new(),
            selector: part_labels(name, instance, None).into_iter().chain(members).collect(),
            ports: vec![("tcp".to_owned(), 7946, json!("http-memberlist"))],
        });
        if values["gateway"]["enabled"].as_bool().unwrap_or(true) {
            self.pods.push(Pod {
                of: format!("Loki {instance} gateway"),
                namespace: namespace.to_owned(),
                labels: own("gateway"),
                ports: vec![("http-metrics".to_owned(), 8080)],
                // It hands requests on to each part.
                urls: components.iter().map(|component| format!("http://{full}-{component}:3100")).collect(),
            });
            self.services.push(Service {
                of: format!("Loki {instance} gateway"),
                path: path.to_owned(),
                namespace: namespace.to_owned(),
                name: format!("{full}-gateway"),
                labels: own("gateway"),
                selector: own("gateway"),
                ports: vec![("http-metrics".to_owned(), 80, json!("http-metrics"))],
            });
        }
    }

    /// Source: grafana-community/helm-charts, `charts/tempo/templates/{_helpers,_ports}.tpl`; the port of metrics is that of
    /// `tempo.server`. Both Services have the same labels and ports.
    fn tempo(&mut self, chart: &Chart, path: &str) {
        let (values, instance, namespace) = (&chart.values, chart.release.as_str(), chart.namespace.as_str());
        let name = values["nameOverride"].as_str().unwrap_or("tempo");
        let full = if instance.contains(name) { instance.to_owned() } else { format!("{instance}-{name}") };
        let labels = part_labels(name, instance, None);
        let ports = [("tempo-prom-metrics", 3200), ("grpc-tempo-otlp", 4317), ("tempo-otlp-http", 4318)];
        self.pods.push(Pod {
            of: format!("Tempo {instance}"),
            namespace: namespace.to_owned(),
            labels: labels.clone(),
            ports: ports.map(|(name, number)| (name.to_owned(), number)).to_vec(),
            urls: tempo_urls(values, &values["tempo"]["storage"]["trace"]),
        });
        for service in [full.clone(), format!("{full}-headless")] {
            self.services.push(Service {
                of: format!("Tempo {instance}"),
                path: path.to_owned(),
                namespace: namespace.to_owned(),
                name: service,
                labels: labels.clone(),
                selector: labels.clone(),
                ports: ports.map(|(name, number)| (name.to_owned(), number, json!(number))).to_vec(),
            });
        }
    }

    /// Source: grafana-community/helm-charts, `charts/tempo-distributed/templates/{_helpers,_pod}.tpl`, and the Services of
    /// its parts.
    fn tempo_distributed(&mut self, chart: &Chart, path: &str) {
        let (values, instance, namespace) = (&chart.values, chart.release.as_str(), chart.namespace.as_str());
        let full = values["fullnameOverride"].as_str().unwrap_or(instance);
        let urls = tempo_urls(values, &values["storage"]["trace"]);
        let generator = values["metricsGenerator"]["enabled"].as_bool().unwrap_or(false);
        let listening = [("http-metrics", 3200), ("grpc", 9095), ("http-memberlist", 7946)];
        let otlp = [("grpc-otlp", 4317), ("otlp-http", 4318)];
        let parts = ["distributor", "block-builder", "live-store", "query-frontend", "querier", "backend-scheduler"];
        let parts = parts.into_iter().chain(["backend-worker"]).chain(generator.then_some("metrics-generator"));
        for part in parts {
            let mut labels = part_labels("tempo", instance, Some(part));
            labels.insert("app.kubernetes.io/part-of".to_owned(), "memberlist".to_owned());
            let taking = otlp.into_iter().filter(|_| part == "distributor");
            let open: Vec<_> =
                listening.into_iter().chain(taking).map(|(name, port)| (name.to_owned(), port)).collect();
            self.pods.push(Pod {
                of: format!("Tempo {instance} {part}"),
                namespace: namespace.to_owned(),
                labels,
                ports: open.clone(),
                urls: urls.clone(),
            });
            self.services.push(Service {
                of: format!("Tempo {instance} {part}"),
                path: path.to_owned(),
                namespace: namespace.to_owned(),
                name: format!("{full}-{part}"),
                labels: part_labels("tempo", instance, Some(part)),
                selector: part_labels("tempo", instance, Some(part)),
                ports: open.into_iter().map(|(name, port)| (name.clone(), port, json!(name))).collect(),
            });
        }
        let members = Labels::from([("app.kubernetes.io/part-of".to_owned(), "memberlist".to_owned())]);
        self.services.push(Service {
            of: format!("Tempo {instance} ring"),
            path: path.to_owned(),
            namespace: namespace.to_owned(),
            name: format!("{full}-gossip-ring"),
            labels: part_labels("tempo", instance, Some("gossip-ring")),
            selector: part_labels("tempo", instance, None).into_iter().chain(members).collect(),
            ports: vec![("gossip-ring".to_owned(), 7946, json!("http-memberlist"))],
        });
        if values["memcached"]["enabled"].as_bool().unwrap_or(true) {
            self.pods.push(Pod {
                of: format!("Tempo {instance} memcached"),
                namespace: namespace.to_owned(),
                labels: part_labels("tempo", instance, Some("memcached")),
                ports: vec![("client".to_owned(), 11211)],
                urls: Vec::new(),
            });
            self.services.push(Service {
                of: format!("Tempo {instance} memcached"),
                path: path.to_owned(),
                namespace: namespace.to_owned(),
                name: format!("{full}-memcached"),
                labels: part_labels("tempo", instance, Some("memcached")),
                selector: part_labels("tempo", instance, Some("memcached")),
                ports: vec![("memcached-client".to_owned(), 11211, json!(11211))],
            });
        }
    }

    /// Adds the pods of a workload that stands in the tree itself.
    fn workload(&mut self, object: &Object, objects: &[Object]) {
        let template = match object.kind() {
            "Pod" => &object.json,
            "CronJob" => &object.json["spec"]["jobTemplate"]["spec"]["template"],
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => &object.json["spec"]["template"],
            _ => return,
        };
        let spec = &template["spec"];
        let containers = ["containers", "initContainers"].into_iter().filter_map(|key| spec[key].as_array()).flatten();
        let ports = containers.filter_map(|container| container["ports"].as_array()).flatten();
        let port = |port: &Json| {
            (port["name"].as_str().unwrap_or_default().to_owned(), port["containerPort"].as_i64().unwrap_or_default())
        };
        let mut found = urls(spec);
        let mounted = |config: &&Object| {
            let is_it = |volume: &Json| volume["configMap"]["name"] == config.name();
            config.kind() == "ConfigMap"
                && config.namespace() == object.namespace()
                && spec["volumes"].as_array().is_some_and(|volumes| volumes.iter().any(is_it))
        };
        // What builds tell the daemon, it reaches itself.
        let told = |config: &&Object| config.name() == format!("{}-client", object.name());
        if template["metadata"]["labels"]["app.kubernetes.io/name"] == "buildkit" {
            found.extend(objects.iter().filter(told).flat_map(|config| urls(&config.json["data"])));
        }
        found.extend(objects.iter().filter(mounted).flat_map(|config| urls(&config.json["data"])));
        self.pods.push(Pod {
            of: format!("{} {}", object.kind(), object.name()),
            namespace: object.namespace().to_owned(),
            labels: labels(&template["metadata"]["labels"]),
            ports: ports.map(port).collect(),
            urls: found,
        });
    }
}

/// A chart that an engine rolls out.
struct Chart {
    /// The URL of its repository, with its own name where the registry is one of OCI.
    source: String,
    name: String,
    release: String,
    namespace: String,
    values: Json,
}

/// Returns the charts that an object asks its engine for.
fn charts(object: &Object, objects: &[Object]) -> Vec<Chart> {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let spec = &object.json["spec"];
    if object.kind() == "Application" {
        let sources = spec["sources"].as_array().into_iter().flatten().chain([&spec["source"]]);
        let chart = |source: &Json| {
            let (url, name) = (text(&source["repoURL"]), text(&source["chart"]));
            Chart {
                source: if url.contains("://") { url } else { format!("{url}/{name}") },
                name,
                release: text(&source["helm"]["releaseName"]),
                namespace: text(&spec["destination"]["namespace"]),
                values: source["helm"]["valuesObject"].clone(),
            }
        };
        return sources.filter(|source| source["chart"].is_string()).map(chart).collect();
    }
    let reference = if spec["chart"].is_object() { &spec["chart"]["spec"]["sourceRef"] } else { &spec["chartRef"] };
    let is_source = |source: &&Object| {
        reference["kind"] == source.kind()
            && reference["name"] == source.name()
            && source.namespace() == reference["namespace"].as_str().unwrap_or(object.namespace())
    };
    vec![Chart {
        source: objects.iter().find(is_source).map_or("", |source| source.text("/spec/url")).to_owned(),
        name: text(&spec["chart"]["spec"]["chart"]),
        release: object.name().to_owned(),
        namespace: object.namespace().to_owned(),
        values: spec["values"].clone(),
    }]
}

/// Returns the labels that charts give to the pods of one part of a release.
fn part_labels(name: &str, instance: &str, component: Option<&str>) -> Labels {
    let parts = [("name", Some(name)), ("instance", Some(instance)), ("component", component)];
    let parts =
        parts.into_iter().filter_map(|(key, value)| Some((format!("app.kubernetes.io/{key}"), value?.to_owned())));
    parts.collect()
}

/// Returns whom the pods of a Loki in parts reach: each other's HTTP and gRPC is told by the ring, which they join here.
fn peers(full: &str) -> Vec<String> {
    vec![format!("http://{full}-memberlist:7946")]
}

/// Returns what the pods of a Tempo reach: URLs, and addresses without a scheme. In several pods, they reach each other,
/// and memcached.
fn tempo_urls(values: &Json, trace: &Json) -> Vec<String> {
    let mut found = urls(values);
    let s3 = &trace["s3"];
    let scheme = if s3["insecure"] == true { "http" } else { "https" };
    found.extend(s3["endpoint"].as_str().map(|endpoint| format!("{scheme}://{endpoint}")));
    if let Some(address) = values["ingest"]["kafka"]["address"].as_str() {
        let full = values["fullnameOverride"].as_str().unwrap_or_default();
        let own = [("query-frontend", 9095), ("backend-scheduler", 9095), ("gossip-ring", 7946), ("memcached", 11211)];
        found.push(format!("http://{address}"));
        found.extend(own.map(|(part, port)| format!("http://{full}-{part}:{port}")));
    }
    found
}

fn service(object: &Object) -> Service {
    let spec = &object.json["spec"];
    let port = |port: &Json| {
        let number = port["port"].as_i64().unwrap_or_default();
        let target = if port["targetPort"].is_null() { json!(number) } else { port["targetPort"].clone() };
        (port["name"].as_str().unwrap_or_default().to_owned(), number, target)
    };
    Service {
        of: format!("Service {}", object.name()),
        path: object.path.clone(),
        namespace: object.namespace().to_owned(),
        name: object.name().to_owned(),
        labels: labels(&object.json["metadata"]["labels"]),
        selector: labels(&spec["selector"]),
        ports: spec["ports"].as_array().into_iter().flatten().map(port).collect(),
    }
}

fn pod(of: &str, namespace: &str, labels: &[(&str, &str)], ports: &[(&str, i64)]) -> Pod {
    Pod {
        of: of.to_owned(),
        namespace: namespace.to_owned(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        ports: ports.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect(),
        urls: Vec::new(),
    }
}

pub(crate) fn labels(json: &Json) -> Labels {
    let entries = json.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Returns every `http://…` and `https://…` in the texts of `json`.
fn urls(json: &Json) -> Vec<String> {
    let mut found = Vec::new();
    texts(json, &mut |text| {
        for scheme in ["http://", "https://"] {
            for (at, _) in text.match_indices(scheme) {
                let end = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ',' | '/');
                let host = text[at + scheme.len()..].split(end).next().unwrap_or_default();
                found.push(format!("{scheme}{host}"));
            }
        }
    });
    found
}
