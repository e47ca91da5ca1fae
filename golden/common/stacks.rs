//! Projects that no example shows and no fixture needs: every field of the declarations set by a variable, and every
//! mode beside the others. Each is one file of `stacks/`, its cluster.yaml.

/// Returns name and cluster.yaml of each.
#[expect(clippy::disallowed_methods, reason = "a test reads files")]
pub(crate) fn stacks() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/common/stacks");
    let entries = std::fs::read_dir(folder).expect("there are stacks").map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a stack can be read"))
    };
    let mut stacks: Vec<_> = entries.map(read).collect();
    stacks.sort();
    stacks
}
/// Name and cluster.yaml of each.
pub(crate) const STACKS: &[(&str, &str)] = &[
    ("switches", SWITCHES),
    ("scalable", SCALABLE),
    ("volume", VOLUME),
    ("every-field", EVERY_FIELD),
    ("two-stores", TWO_STORES),
    ("cilium", CILIUM),
    ("audit", AUDIT),
    ("external", EXTERNAL),
    ("argocd", ARGOCD),
    ("flux", FLUX),
    ("plain", PLAIN),
    ("logs-distributed", LOGS_DISTRIBUTED),
    ("traces", TRACES),
    ("traces-distributed", TRACES_DISTRIBUTED),
    ("outside", include_str!("stacks/outside.yaml")),
    ("standalone", include_str!("stacks/standalone.yaml")),
];

const SWITCHES: &str = r"
minio_enabled: true
minio_replicas: 2
minio_volumes_per_server: 4
minio_storage_size: 20Gi
minio_storage_class: fast
minio_root_user: harbour
loki_enabled: true
logs_retention: 21d
logs_storage_size: 20Gi
loki_deployment_mode: Monolithic
loki_s3_access_key: pilot
storage_class: slow
monitoring_enabled: true
";

const SCALABLE: &str = r"
minio_enabled: true
loki_enabled: true
loki_deployment_mode: SimpleScalable
monitoring_enabled: true
";

const VOLUME: &str = r"
loki_enabled: true
logs_storage_size: 30Gi
monitoring_enabled: true
";

const EVERY_FIELD: &str = r##"
image: quay.io/minio/minio:RELEASE.2025-07-23T15-54-02Z
client: quay.io/minio/mc:RELEASE.2025-07-21T05-28-08Z
region: eu-north-1
root_credentials: keel
root_user: harbour
metrics: true
prometheus: monitoring
install: true
operators: operators
operator_version: 7.1.0
operator_replicas: 2
pool: deck
servers: 4
volumes: 2
size: 10Gi
class: fast
memory: 3Gi
zone: north
taint: storage
retention: 14d
logs_size: 12Gi
logs_class: slow
chunks: cargo
rules: orders
keys: keys
access: pilot
logs_metrics: true
logs_memory: 1Gi
since: "2024-07-01"
chart_version: 18.10.0
restate_image: example.org/restate:1.7.5
nodes: 3
bytes: 10737418240
restate_class: fast
restate_memory: 4Gi
snapshots_bucket: voyages
log_level: info
grace: 90
label: north
annotation: quay
peer: web
partitions: 24
---
apiVersion: bayplan.dev/v1alpha1
kind: MinIO
metadata: { name: store, namespace: stores }
spec:
  image: "#{ image }#"
  clientImage: "#{ client }#"
  region: "#{ region }#"
  rootSecretName: "#{ root_credentials }#"
  rootUser: "#{ root_user }#"
  monitoring: { enabled: "#{ metrics }#", prometheusNamespace: "#{ prometheus }#" }
  operator:
    install: "#{ install }#"
    namespace: "#{ operators }#"
    chartVersion: "#{ operator_version }#"
    replicas: "#{ operator_replicas }#"
  pools:
    - name: "#{ pool }#"
      servers: "#{ servers }#"
      volumesPerServer: "#{ volumes }#"
      size: "#{ size }#"
      storageClassName: "#{ class }#"
      resources: { requests: { memory: "#{ memory }#" } }
      nodeSelector: { zone: "#{ zone }#" }
      tolerations: [{ key: "#{ taint }#", operator: Exists }]
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: logs, namespace: logging }
spec:
  retention: "#{ retention }#"
  size: "#{ logs_size }#"
  storageClassName: "#{ logs_class }#"
  storage:
    store: stores/store
    buckets: { chunks: "#{ chunks }#", ruler: "#{ rules }#" }
    credentials: { secretName: "#{ keys }#", accessKey: "#{ access }#" }
  resources: { requests: { memory: "#{ logs_memory }#" } }
  schemaFrom: "#{ since }#"
  monitoring: { enabled: "#{ logs_metrics }#" }
  chartVersion: "#{ chart_version }#"
---
apiVersion: restate.dev/v1
kind: RestateCluster
metadata:
  name: orders
  labels: { region: "#{ label }#" }
  annotations: { place: "#{ annotation }#", bayplan.dev/snapshots: "stores.store/#{ snapshots_bucket }#" }
spec:
  compute:
    image: "#{ restate_image }#"
    replicas: "#{ nodes }#"
    env: [{ name: RUST_LOG, value: "#{ log_level }#" }]
    resources: { requests: { memory: "#{ restate_memory }#" } }
    terminationGracePeriodSeconds: "#{ grace }#"
  storage: { storageRequestBytes: "#{ bytes }#", storageClassName: "#{ restate_class }#" }
  security:
    networkPeers:
      ingress: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "#{ peer }#" } } }]
  cluster: { autoProvision: true }
  config: |
    auto-provision = false
    default-num-partitions = #{ partitions }#
    default-replication = 2

    [metadata-client]
    addresses = ["http://restate-cluster:5122/"]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "example.org/web:1" }] }
"##;

const TWO_STORES: &str = r##"
first: alpha
second: beta
monitoring_enabled: true
---
apiVersion: bayplan.dev/v1alpha1
kind: MinIO
metadata: { name: "#{ first }#", namespace: stores-a }
spec: { monitoring: { enabled: true } }
---
apiVersion: bayplan.dev/v1alpha1
kind: MinIO
metadata: { name: "#{ second }#", namespace: stores-b }
spec: { pools: [{ servers: 1, volumesPerServer: 4 }] }
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: loki, namespace: "logs-#{ first }#" }
spec:
  storage: { store: "stores-a/#{ first }#" }
  deploymentMode: SimpleScalable
  monitoring: { enabled: "#{ monitoring_enabled }#" }
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: audit, namespace: audit }
spec: { storage: { store: "#{ second }#" } }
---
apiVersion: restate.dev/v1
kind: RestateCluster
metadata:
  name: orders
  annotations: { bayplan.dev/snapshots: "stores-b.#{ second }#" }
spec:
  compute: { image: "example.org/restate:1.7.5" }
  storage: { storageRequestBytes: 10737418240 }
  config: "auto-provision = true\n"
"##;

const CILIUM: &str = r"
minio_enabled: true
loki_enabled: true
monitoring_enabled: true
cni: cilium
policies: enforce
---
apiVersion: bayplan.dev/v1alpha1
kind: Project
spec:
  cni: '#{ cni }#'
  networkPolicies: '#{ policies }#'
";

const AUDIT: &str = r"
minio_enabled: true
loki_enabled: true
network_policies_mode: audit
---
apiVersion: bayplan.dev/v1alpha1
kind: Project
spec:
  cni: cilium
";

const EXTERNAL: &str = r##"
endpoint: https://garage.storage.svc:3900
public: https://objects.example.org
region: garage
port: 3902
where: storage
key: bundle.pem
trusted: company-ca
network: 192.0.2.0/24
buckets: job
root: garage-root
style: true
---
apiVersion: bayplan.dev/v1alpha1
kind: ObjectStore
metadata: { name: garage, namespace: storage }
spec:
  endpoint: "#{ endpoint }#"
  region: "#{ region }#"
  pathStyle: "#{ style }#"
  certificateAuthority: { configMapName: "#{ trusted }#", key: "#{ key }#" }
  pods: { namespace: "#{ where }#", labels: { app: garage }, port: "#{ port }#" }
  buckets: "#{ buckets }#"
  rootSecretName: "#{ root }#"
---
apiVersion: bayplan.dev/v1alpha1
kind: ObjectStore
metadata: { name: objects, namespace: storage }
spec:
  endpoint: "#{ public }#"
  addresses: ["#{ network }#"]
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: near, namespace: monitoring }
spec: { storage: { store: garage } }
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: far, namespace: monitoring }
spec: { storage: { store: objects } }
---
apiVersion: restate.dev/v1
kind: RestateCluster
metadata: { name: orders, annotations: { bayplan.dev/snapshots: garage } }
spec:
  compute: { image: "example.org/restate:1.7.5" }
  storage: { storageRequestBytes: 10737418240 }
---
apiVersion: v1
kind: Service
metadata: { name: garage, namespace: storage }
spec:
  selector: { app: garage }
  ports: [{ name: s3, port: 3900, targetPort: 3902 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: garage, namespace: storage }
spec:
  serviceName: garage
  selector: { matchLabels: { app: garage } }
  template:
    metadata: { labels: { app: garage } }
    spec:
      containers:
        - name: garage
          image: dxflrs/garage:v2.1.0
          ports: [{ name: s3, containerPort: 3902 }]
"##;

const ARGOCD: &str = r##"
engine: argocd
repository: https://git.example.org/harbour.git
revision: stable
folder: deploy/kubernetes
app_project: harbour
app_namespace: delivery
api_server: https://harbour.example.org:6443
installs_store: true
metrics: true
colour: blue
---
apiVersion: bayplan.dev/v1alpha1
kind: Project
spec:
  deliver:
    mode: "#{ engine }#"
    argocd:
      repoURL: "#{ repository }#"
      targetRevision: "#{ revision }#"
      path: "#{ folder }#"
      project: "#{ app_project }#"
      namespace: "#{ app_namespace }#"
      destination: { server: "#{ api_server }#" }
---
apiVersion: bayplan.dev/v1alpha1
kind: MinIO
metadata: { name: minio, namespace: storage }
spec:
  operator: { install: "#{ installs_store }#" }
  monitoring: { enabled: "#{ metrics }#" }
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: logs, namespace: logging }
---
apiVersion: bayplan.dev/v1alpha1
kind: RestateOperator
metadata: { name: restate-operator }
---
apiVersion: restate.dev/v1
kind: RestateCluster
metadata: { name: orders, annotations: { bayplan.dev/delivery: operator, bayplan.dev/snapshots: minio } }
spec:
  compute: { image: "example.org/restate:1.7.5" }
  storage: { storageRequestBytes: 10737418240 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: site, namespace: web }
data: { colour: "#{ colour }#" }
"##;

const FLUX: &str = r##"
engine: flux
fleet: harbour
home: delivery
folder: ./deploy
loki_enabled: true
---
apiVersion: bayplan.dev/v1alpha1
kind: Project
spec:
  deliver:
    mode: "#{ engine }#"
    flux: { source: { name: "#{ fleet }#", namespace: "#{ home }#" }, path: "#{ folder }#" }
    argocd: { repoURL: "https://git.example.org/harbour.git" }
"##;

const PLAIN: &str = r##"
engine: plain
place: web
restate_nodes: 3
---
apiVersion: bayplan.dev/v1alpha1
kind: Project
spec: { deliver: { mode: "#{ engine }#", argocd: { repoURL: "https://git.example.org/harbour.git" } } }
---
apiVersion: restate.dev/v1
kind: RestateCluster
metadata: { name: orders }
spec:
  compute: { image: "example.org/restate:1.7.5", replicas: "#{ restate_nodes }#" }
  storage: { storageRequestBytes: 10737418240 }
  cluster: { autoProvision: true }
  config: "auto-provision = false\n"
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: "#{ place }#" }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "example.org/web:1", envFrom: [{ secretRef: { name: keys } }] }] }
"##;

const TRACES: &str = r##"
tracing_enabled: true
minio_enabled: true
tempo_s3_access_key: pilot
tempo_storage_size: 12Gi
storage_class: slow
monitoring_enabled: true
retention: 3d
bucket: spans
keys: keys
access: sailor
size: 15Gi
class: fast
memory: 1Gi
url: http://prometheus.monitoring.svc:9090/api/v1/write
where: monitoring
label: prometheus
number: 9090
metrics: true
version: 2.10.7
chart_version: 2.2.3
kept: true
network: 192.0.2.0/24
outside: https://metrics.example.org/push
---
apiVersion: bayplan.dev/v1alpha1
kind: Tempo
metadata: { name: traces, namespace: tracing }
spec:
  retention: "#{ retention }#"
  storage:
    store: storage/minio
    bucket: "#{ bucket }#"
    credentials: { secretName: "#{ keys }#", accessKey: "#{ access }#" }
  persistence: "#{ kept }#"
  size: "#{ size }#"
  storageClassName: "#{ class }#"
  resources: { requests: { memory: "#{ memory }#" } }
  metricsGenerator:
    remoteWriteUrl: "#{ url }#"
    pods: { namespace: "#{ where }#", labels: { app.kubernetes.io/name: "#{ label }#" }, port: "#{ number }#" }
  monitoring: { enabled: "#{ metrics }#" }
  version: "#{ version }#"
  chartVersion: "#{ chart_version }#"
---
apiVersion: bayplan.dev/v1alpha1
kind: Tempo
metadata: { name: far, namespace: tracing }
spec:
  storage: { type: s3 }
  metricsGenerator: { remoteWriteUrl: "#{ outside }#", addresses: ["#{ network }#"] }
---
apiVersion: v1
kind: Service
metadata: { name: prometheus, namespace: monitoring }
spec:
  selector: { app.kubernetes.io/name: prometheus }
  ports: [{ name: http-web, port: 9090 }]
"##;

const TRACES_DISTRIBUTED: &str = r##"
minio_enabled: true
mode: distributed
address: kafka.kafka.svc:9092
topic: spans
partitions: 2
make: false
user: kafka-user
where: kafka
label: kafka
number: 9092
distributors: 2
frontends: 2
queriers: 3
workers: 2
url: https://metrics.example.org/push
network: 192.0.2.0/24
metrics: true
retention: 3d
memory: 1Gi
---
apiVersion: bayplan.dev/v1alpha1
kind: Tempo
metadata: { name: traces, namespace: tracing }
spec:
  mode: "#{ mode }#"
  retention: "#{ retention }#"
  resources: { requests: { memory: "#{ memory }#" } }
  kafka:
    address: "#{ address }#"
    topic: "#{ topic }#"
    partitions: "#{ partitions }#"
    createTopic: "#{ make }#"
    secretName: "#{ user }#"
    pods: { namespace: "#{ where }#", labels: { app: "#{ label }#" }, port: "#{ number }#" }
  replicas:
    distributor: "#{ distributors }#"
    queryFrontend: "#{ frontends }#"
    querier: "#{ queriers }#"
    backendWorker: "#{ workers }#"
  metricsGenerator: { remoteWriteUrl: "#{ url }#", addresses: ["#{ network }#"] }
  monitoring: { enabled: "#{ metrics }#" }
---
apiVersion: v1
kind: Service
metadata: { name: kafka, namespace: kafka }
spec:
  selector: { app: kafka }
  ports: [{ name: broker, port: 9092 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: kafka, namespace: kafka }
spec:
  serviceName: kafka
  selector: { matchLabels: { app: kafka } }
  template:
    metadata: { labels: { app: kafka } }
    spec: { containers: [{ name: kafka, image: "docker.io/apache/kafka:4.1.0", ports: [{ name: broker, containerPort: 9092 }] }] }
"##;

const LOGS_DISTRIBUTED: &str = r##"
minio_enabled: true
loki_mode: Distributed
ingesters: 3
distributors: 2
frontends: 3
schedulers: 3
queriers: 4
gateways: 1
factor: 3
memory: 1Gi
part_memory: 3Gi
size: 20Gi
class: fast
metrics: true
---
apiVersion: bayplan.dev/v1alpha1
kind: Loki
metadata: { name: logs, namespace: logging }
spec:
  deploymentMode: "#{ loki_mode }#"
  size: "#{ size }#"
  storageClassName: "#{ class }#"
  replicationFactor: "#{ factor }#"
  resources: { requests: { memory: "#{ memory }#" } }
  ingester: { replicas: "#{ ingesters }#", resources: { requests: { memory: "#{ part_memory }#" } } }
  distributor: { replicas: "#{ distributors }#" }
  queryFrontend: { replicas: "#{ frontends }#" }
  queryScheduler: { replicas: "#{ schedulers }#" }
  querier: { replicas: "#{ queriers }#" }
  indexGateway: { replicas: "#{ gateways }#" }
  monitoring: { enabled: "#{ metrics }#" }
"##;
