//! Every selector of every tree selects what it is meant for, and no policy cuts a flow that is needed.
//!
//! What a tree becomes in a cluster is told by `common/pods.rs`, from the sources of the operators and charts. A flow is
//! needed where a pod is configured with an address, where a monitor scrapes, between the peers of a store, and from an
//! operator to what it operates. Both ends must let it through.

mod common {
    pub(crate) mod cilium;
    pub(crate) mod pods;
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use bayplan::source::{Source, Sources};
use common::cilium::as_network_policy;
use common::pods::{Cluster, Labels, Pod, Service, labels};
use common::trees::{Object, Tree, trees, trees_of};
use serde_json::Value as Json;

/// Labels by which whoever likes asks to be let in: nothing need carry them.
const BY_REQUEST: &[&str] = &["allow.restate.dev/"];

/// Trees whose Restate operator somebody else installs: its pods, in the namespace `operators`, are none of theirs.
const OPERATOR_ELSEWHERE: &[&str] =
    &["fixtures/restate-operator-external/", "fixtures/restate-operator-not-installed/"];

#[test]
fn every_selector_selects_and_every_flow_passes() {
    let mut failures = Vec::new();
    let mut flows = 0;
    for tree in trees() {
        let objects = at_work(&tree);
        let cluster = Cluster::of(&objects);
        flows += needed(&objects, &cluster, &mut Vec::new()).len();
        let elsewhere = OPERATOR_ELSEWHERE.iter().any(|name| tree.name.starts_with(name));
        let is_operator = |problem: &String| problem.contains(r#"{"kubernetes.io/metadata.name":"operators"}"#);
        let found = problems(&tree).into_iter().filter(|problem| !(elsewhere && is_operator(problem)));
        failures.extend(found.map(|problem| format!("{}: {problem}", tree.name)));
    }
    assert!(failures.is_empty(), "{} problems:\n{}", failures.len(), failures.join("\n"));
    assert!(flows > 20, "only {flows} flows are needed");
}

/// The flows that are known to be needed are found at all.
#[test]
fn the_flows_of_the_whole_stack_are_found() {
    let objects = at_work(&stack());
    let cluster = Cluster::of(&objects);
    let flows = needed(&objects, &cluster, &mut Vec::new());
    for (from, to, port) in [
        ("Tenant minio", "Tenant minio", 9000),
        ("MinIO operator", "Tenant minio", 9000),
        ("Prometheus", "Tenant minio", 9000),
        ("Loki loki single-binary", "Tenant minio", 9000),
        ("Job minio-buckets-", "Tenant minio", 9000),
        ("StatefulSet restate", "Tenant minio", 9000),
        ("StatefulSet restate", "StatefulSet restate", 5122),
        ("StatefulSet restate", "DNS", 53),
        ("Prometheus", "Loki loki single-binary", 3100),
        ("Tempo tempo", "Tenant minio", 9000),
        ("Prometheus", "Tempo tempo", 3200),
    ] {
        let is_it = |flow: &Flow<'_>| flow.from.of.starts_with(from) && flow.to.of == to && flow.port == port;
        assert!(flows.iter().any(is_it), "{from} to {to} on {port}");
    }
}

/// What somebody might get wrong, and what is then told.
#[test]
fn what_is_wrong_is_found() {
    let tree = stack();
    assert_eq!(problems(&tree), Vec::<String>::new());
    let policy = "apps/storage/minio/app/networkpolicy-minio-servers.yaml";
    let budget = "apps/storage/minio/app/poddisruptionbudget-minio.yaml";
    let monitor = "apps/storage/minio-monitor/app/servicemonitor-minio.yaml";
    let tenant = "apps/storage/minio/app/tenant-minio.yaml";
    let release = "apps/monitoring/loki/app/helmrelease-loki.yaml";
    let traces = "apps/monitoring/tempo/app/helmrelease-tempo.yaml";
    let job = "apps/storage/minio-buckets/app/job-minio-buckets.yaml";
    let egress = "apps/orders/restate/app/networkpolicy-allow-restate-egress.yaml";
    let dns = "apps/orders/restate/app/networkpolicy-allow-egress-to-dns.yaml";
    let service = "apps/orders/restate/app/service-restate.yaml";
    let node = "apps/orders/restate/app/networkpolicy-allow-metrics-access.yaml";
    let set = "apps/orders/restate/app/statefulset-restate.yaml";
    for (path, old, new, expected) in [
        // A Service's port, where policies see those of pods.
        (policy, "port: 9000", "port: 80", "80 is no port of"),
        (egress, "port: 9000", "port: 80", "80 is no port of"),
        // The label that a Tenant's pods do not have.
        (
            policy,
            "  podSelector:\n    matchLabels:\n      v1.min.io/tenant: minio",
            "  podSelector:\n    matchLabels:\n      app: minio",
            "selects no pod",
        ),
        (budget, "v1.min.io/tenant: minio", "app: minio", "selects no pod"),
        // A peer that is needed and not let in.
        (policy, "kubernetes.io/metadata.name: minio-operator", "name: minio-operator", "selects no pod"),
        (policy, "app.kubernetes.io/name: minio-buckets", "app.kubernetes.io/name: buckets", "Job minio-buckets-"),
        (
            policy,
            "kubernetes.io/metadata.name: orders",
            "kubernetes.io/metadata.name: storage",
            "StatefulSet restate to Tenant minio",
        ),
        (
            job,
            "        app.kubernetes.io/name: minio-buckets\n",
            "        app.kubernetes.io/name: other\n",
            "Job minio-buckets-",
        ),
        // The way out.
        (egress, "kubernetes.io/metadata.name: storage", "kubernetes.io/metadata.name: minio", "selects no pod"),
        (egress, "port: 5122", "port: 5123", "5123 is no port of"),
        (node, "  ingress:\n", "  outgress:\n", "StatefulSet restate to StatefulSet restate"),
        (dns, "- Egress", "- Ingress", "StatefulSet restate to DNS"),
        // A monitor by a label or a port that the Service does not have.
        (monitor, "app.kubernetes.io/name: minio", "app: minio", "selects no Service"),
        (monitor, "port: http-minio", "port: http", "no port named http"),
        (tenant, "requestAutoCert: false", "requestAutoCert: true", "no port named http-minio"),
        // An address with a port that the Service does not have.
        (release, "http://minio.storage.svc", "http://minio.storage.svc:9000", "no port 9000"),
        (release, "http://minio.storage.svc", "http://minio.store.svc", "no Service minio in store"),
        (release, "http://minio.storage.svc", "https://minio.storage.svc", "no port 443"),
        (set, "restate-cluster:5122", "restate-clusters:5122", "no Service restate-clusters"),
        // One without a scheme.
        (traces, "minio.storage.svc:80", "minio.storage.svc:9000", "no port 9000"),
        // A Service of its own.
        (service, "port: 9070", "port: 9071", "9071"),
        (
            service,
            "  selector:\n    app.kubernetes.io/instance: orders",
            "  selector:\n    app.kubernetes.io/instance: order",
            "selects no pod",
        ),
    ] {
        let mut broken = tree.clone();
        let text = broken.files.get_mut(path).unwrap_or_else(|| panic!("{path} is there"));
        assert!(text.contains(old), "{path} holds {old:?}:\n{text}");
        *text = text.replacen(old, new, 1);
        let found = problems(&broken);
        assert!(found.iter().any(|one| one.contains(expected)), "{path}: {new:?} is not found: {found:#?}");
    }
}

/// Returns everything that runs or decides what may.
fn at_work(tree: &Tree) -> Vec<Object> {
    let plain = |object: Object| Object { json: as_network_policy(&object.json), ..object };
    tree.objects_at_work().into_iter().map(plain).collect()
}

fn stack() -> Tree {
    let source = Source::new(
        "cluster.yaml",
        b"minio_enabled: true\nloki_enabled: true\ntracing_enabled: true\nmonitoring_enabled: true\n---\n\
          apiVersion: restate.dev/v1\nkind: RestateCluster\nmetadata:\n  name: orders\n  annotations:\n    \
          bayplan.dev/snapshots: minio\nspec:\n  compute: { image: \"example.org/restate:1.7.5\" }\n  \
          storage: { storageRequestBytes: 10737418240 }\n"
            .to_vec(),
    );
    trees_of("stack", &Sources::new(vec![source])).remove(0)
}

/// A connection that must be possible.
struct Flow<'cluster> {
    from: &'cluster Pod,
    to: &'cluster Pod,
    /// The port of the pod.
    port: i64,
    protocol: &'static str,
    because: String,
}

/// Returns every selector that selects nothing, every port that nobody has, and every flow that is cut.
fn problems(tree: &Tree) -> Vec<String> {
    let objects = at_work(tree);
    let cluster = Cluster::of(&objects);
    let mut found = Vec::new();
    // Whoever wrote an object may mean pods that the tree does not know; in an example nobody does.
    let is_ours = |path: &str| tree.name.starts_with("examples/") || !is_written(path);
    for path in cluster.unknown.iter().filter(|path| is_ours(path)) {
        found.push(format!("{path}: nobody knows what the chart makes"));
    }
    for object in objects.iter().filter(|object| is_ours(&object.path)) {
        match object.kind() {
            "NetworkPolicy" => policy(object, &cluster, &mut found),
            "PodDisruptionBudget" => budget(object, &cluster, &mut found),
            "ServiceMonitor" | "PodMonitor" => monitor(object, &cluster, &mut found),
            "Ingress" | "HTTPRoute" | "BackendTLSPolicy" => exposed(object, &cluster, &mut found),
            // What is made of it stands in its namespace; itself it stands in none.
            "RestateCluster" => {}
            _ => workload(object, &cluster, &mut found),
        }
    }
    for service in cluster.services.iter().filter(|one| !one.selector.is_empty() && is_ours(&one.path)) {
        let pods = cluster.behind(service);
        let place = format!("{} in {}", service.of, service.namespace);
        if pods.is_empty() {
            found.push(format!("{place} selects no pod"));
        }
        for (_, _, target) in &service.ports {
            // A pod that tells no port may listen on any.
            for pod in pods.iter().filter(|pod| !pod.ports.is_empty() && number(target, pod).is_none()) {
                found.push(format!("{place}: {target} is no port of {}", pod.of));
            }
        }
    }
    for flow in needed(&objects, &cluster, &mut found) {
        for (direction, pod) in [("Egress", flow.from), ("Ingress", flow.to)] {
            if !passes(&objects, &flow, direction, pod) {
                let Flow { from, to, port, protocol, because } = &flow;
                found.push(format!("{} to {} on {port}/{protocol} ({because}): no {direction}", from.of, to.of));
            }
        }
    }
    found
}

/// Whether a file holds an object as somebody wrote it.
fn is_written(path: &str) -> bool {
    path.contains("/raw/app/") || path.starts_with("apps/cluster/")
}

/// A policy selects pods, its peers do, and its ports are those of pods.
fn policy(object: &Object, cluster: &Cluster, found: &mut Vec<String>) {
    let spec = &object.json["spec"];
    let own = cluster.select(object.namespace(), &spec["podSelector"]);
    if own.is_empty() {
        found.push(format!("{} selects no pod", object.path));
    }
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec[rules].as_array().into_iter().flatten() {
            let peers = rule[peers].as_array();
            let mut others: Vec<&Pod> = Vec::new();
            for peer in peers.into_iter().flatten().filter(|peer| peer["ipBlock"].is_null()) {
                let selected: Vec<_> =
                    cluster.pods.iter().filter(|pod| is_peer(peer, object.namespace(), pod)).collect();
                let keys = labels(&peer["podSelector"]["matchLabels"]);
                let by_request = keys.keys().any(|key| BY_REQUEST.iter().any(|known| key.starts_with(known)));
                if selected.is_empty() && !by_request {
                    found.push(format!("{}: the peer {peer} selects no pod", object.path));
                }
                others.extend(selected);
            }
            // What comes in arrives at the own pods, and what goes out at the others.
            let listening = if rules == "ingress" { &own } else { &others };
            for port in rule["ports"].as_array().into_iter().flatten() {
                let has = |pod: &&Pod| number(&port["port"], pod).is_some();
                if !listening.is_empty() && !listening.iter().any(has) {
                    found.push(format!("{}: {} is no port of {}", object.path, port["port"], listening[0].of));
                }
            }
        }
    }
}

/// A budget is for the pods of one workload.
fn budget(object: &Object, cluster: &Cluster, found: &mut Vec<String>) {
    let pods = cluster.select(object.namespace(), &object.json["spec"]["selector"]);
    match &pods[..] {
        [] => found.push(format!("{} selects no pod", object.path)),
        [first, others @ ..] => {
            let stranger = others.iter().find(|pod| pod.of != first.of);
            found.extend(stranger.map(|pod| format!("{} is for {} and {}", object.path, first.of, pod.of)));
        }
    }
}

/// A monitor selects Services, or pods, that have the ports it names.
fn monitor(object: &Object, cluster: &Cluster, found: &mut Vec<String>) {
    let (what, targets) = scraped(object, cluster);
    if targets.is_empty() {
        found.push(format!("{} selects no {what}", object.path));
    }
    for endpoint in endpoints(object) {
        let port = endpoint["port"].as_str().unwrap_or_default();
        for (name, ports, _) in &targets {
            if !ports.contains(&port.to_owned()) {
                found.push(format!("{}: {name} has no port named {port}", object.path));
            }
        }
    }
}

fn endpoints(monitor: &Object) -> impl Iterator<Item = &Json> {
    let spec = &monitor.json["spec"];
    ["endpoints", "podMetricsEndpoints"].into_iter().filter_map(|key| spec[key].as_array()).flatten()
}

/// What a monitor selects: its name, the names of its ports, and what stands behind it.
type Scraped<'cluster> = (String, Vec<String>, Option<&'cluster Service>);

fn scraped<'cluster>(monitor: &Object, cluster: &'cluster Cluster) -> (&'static str, Vec<Scraped<'cluster>>) {
    let spec = &monitor.json["spec"];
    let namespaces = &spec["namespaceSelector"];
    let in_namespace = |namespace: &str| {
        namespaces["any"] == true
            || match namespaces["matchNames"].as_array() {
                Some(names) => names.iter().any(|name| name == namespace),
                None => namespace == monitor.namespace(),
            }
    };
    if monitor.kind() == "PodMonitor" {
        let pods = cluster.pods.iter().filter(|pod| in_namespace(&pod.namespace));
        let pods = pods.filter(|pod| selects(&spec["selector"], &pod.labels));
        return ("pod", pods.map(|pod| (pod.of.clone(), names(&pod.ports), None)).collect());
    }
    let services = cluster.services.iter().filter(|service| in_namespace(&service.namespace));
    let services = services.filter(|service| selects(&spec["selector"], &service.labels));
    let named = |service: &'cluster Service| {
        (service.name.clone(), service.ports.iter().map(|(name, ..)| name.clone()).collect(), Some(service))
    };
    ("Service", services.map(named).collect())
}

fn names(ports: &[(String, i64)]) -> Vec<String> {
    ports.iter().map(|(name, _)| name.clone()).collect()
}

/// What is exposed is a Service with the port that is named.
fn exposed(object: &Object, cluster: &Cluster, found: &mut Vec<String>) {
    for (name, port) in backends(object) {
        let is_it = |service: &&Service| service.namespace == object.namespace() && service.name == name;
        let Some(service) = cluster.services.iter().find(is_it) else {
            found.push(format!("{}: no Service {name}", object.path));
            continue;
        };
        if service.port(&port).is_none() {
            found.push(format!("{}: {name} has no port {port}", object.path));
        }
    }
}

/// Returns the Services, with the name or number of a port, that an Ingress or a route leads to, or a policy of a gateway
/// speaks of.
fn backends(object: &Object) -> Vec<(String, Json)> {
    let spec = &object.json["spec"];
    let all = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let name = |json: &Json| json["name"].as_str().unwrap_or_default().to_owned();
    match object.kind() {
        "Ingress" => all(&spec["rules"])
            .iter()
            .flat_map(|rule| all(&rule["http"]["paths"]))
            .map(|path| {
                let service = &path["backend"]["service"];
                let port = &service["port"];
                (name(service), if port["number"].is_null() { port["name"].clone() } else { port["number"].clone() })
            })
            .collect(),
        "HTTPRoute" => all(&spec["rules"])
            .iter()
            .flat_map(|rule| all(&rule["backendRefs"]))
            .map(|backend| (name(&backend), backend["port"].clone()))
            .collect(),
        _ => all(&spec["targetRefs"]).iter().map(|target| (name(target), target["sectionName"].clone())).collect(),
    }
}

/// A workload selects its own pods, and whatever it is kept apart from or spread over is there.
fn workload(object: &Object, cluster: &Cluster, found: &mut Vec<String>) {
    let spec = &object.json["spec"];
    if matches!(object.kind(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") {
        if !selects(&spec["selector"], &labels(&spec["template"]["metadata"]["labels"])) {
            found.push(format!("{} does not select its own pods", object.path));
        }
        let service = spec["serviceName"].as_str().filter(|_| object.kind() == "StatefulSet");
        let known = |name: &str| {
            cluster.services.iter().any(|service| service.namespace == object.namespace() && service.name == name)
        };
        found.extend(service.filter(|name| !known(name)).map(|name| format!("{}: no Service {name}", object.path)));
    }
    let namespace =
        if object.kind() == "Application" { object.text("/spec/destination/namespace") } else { object.namespace() };
    label_selectors(spec, &mut |selector| {
        if cluster.select(namespace, selector).is_empty() {
            found.push(format!("{}: {selector} selects no pod", object.path));
        }
    });
}

/// Calls `visit` for each selector of affinities and spread constraints.
fn label_selectors(json: &Json, visit: &mut impl FnMut(&Json)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| label_selectors(item, visit)),
        Json::Object(map) => map.iter().for_each(|(key, value)| {
            if key == "labelSelector" {
                visit(value);
            } else if key != "values" {
                label_selectors(value, visit);
            }
        }),
        _ => {}
    }
}

/// Returns every flow that something in the tree needs; addresses that lead nowhere are `found`.
fn needed<'cluster>(objects: &[Object], cluster: &'cluster Cluster, found: &mut Vec<String>) -> Vec<Flow<'cluster>> {
    let mut flows = Vec::new();
    let mut flow = |from, to, port, protocol, because: &str| {
        flows.push(Flow { from, to, port, protocol, because: because.to_owned() });
    };
    for from in &cluster.pods {
        let mut resolves = false;
        for url in &from.urls {
            match cluster.resolve(url, &from.namespace) {
                Err(problem) => found.push(format!("{} uses {url}: {problem}", from.of)),
                Ok(targets) => targets.iter().for_each(|&(to, port)| {
                    resolves = true;
                    flow(from, to, port, "TCP", url);
                }),
            }
        }
        for dns in cluster.pods.iter().filter(|pod| resolves && pod.of == "DNS") {
            flow(from, dns, 53, "UDP", "names");
            flow(from, dns, 53, "TCP", "names");
        }
    }
    for to in cluster.pods.iter().filter(|pod| pod.of.starts_with("Tenant ")) {
        for from in &cluster.pods {
            if from.of == to.of && from.namespace == to.namespace {
                flow(from, to, 9000, "TCP", "peers of the store");
            } else if from.of == "MinIO operator" {
                flow(from, to, 9000, "TCP", "health and users");
            }
        }
    }
    for object in objects.iter().filter(|object| matches!(object.kind(), "Ingress" | "HTTPRoute")) {
        for (name, port) in backends(object) {
            let is_it = |service: &&Service| service.namespace == object.namespace() && service.name == name;
            let Some(service) = cluster.services.iter().find(is_it) else { continue };
            for to in cluster.behind(service) {
                let Some(number) = service.port(&port).and_then(|target| number(target, to)) else { continue };
                for from in cluster.pods.iter().filter(|pod| pod.of == format!("proxy of {}", object.path)) {
                    flow(from, to, number, "TCP", &object.path);
                }
            }
        }
    }
    for to in cluster.pods.iter().filter(|pod| pod.of.starts_with("Flink ") && pod.of != "Flink operator") {
        let of = |pod: &Pod| (pod.namespace.clone(), pod.labels.get("app").cloned());
        for from in cluster.pods.iter().filter(|from| of(from) == of(to)) {
            to.ports.iter().for_each(|(name, port)| flow(from, to, *port, "TCP", name));
        }
        for from in cluster.pods.iter().filter(|from| from.of == "Flink operator") {
            to.ports
                .iter()
                .filter(|(name, _)| name == "rest.port")
                .for_each(|(name, port)| flow(from, to, *port, "TCP", name));
        }
    }
    for monitor in objects.iter().filter(|object| object.kind() == "ServiceMonitor") {
        for (_, _, service) in scraped(monitor, cluster).1 {
            let Some(service) = service else { continue };
            for endpoint in endpoints(monitor) {
                let port = service.ports.iter().find(|(name, ..)| endpoint["port"] == **name);
                for to in cluster.behind(service) {
                    let Some(number) = port.and_then(|(_, _, target)| number(target, to)) else { continue };
                    for from in cluster.pods.iter().filter(|pod| pod.of == "Prometheus") {
                        flow(from, to, number, "TCP", &monitor.path);
                    }
                }
            }
        }
    }
    flows
}

impl Service {
    /// Returns the port of the pods behind the port that is named or numbered so.
    fn port(&self, port: &Json) -> Option<&Json> {
        let found = self.ports.iter().find(|(name, number, _)| *port == *number || *port == **name);
        found.map(|(_, _, target)| target)
    }
}

impl Cluster {
    /// Returns the pods of a namespace that a label selector selects.
    fn select(&self, namespace: &str, selector: &Json) -> Vec<&Pod> {
        self.pods.iter().filter(|pod| pod.namespace == namespace && selects(selector, &pod.labels)).collect()
    }

    /// Returns the pods behind a Service.
    fn behind(&self, service: &Service) -> Vec<&Pod> {
        let selected = |pod: &&Pod| pod.namespace == service.namespace && contains(&pod.labels, &service.selector);
        self.pods.iter().filter(selected).collect()
    }

    /// Returns the pods, with their port, that an address within the cluster leads to; none for one outside.
    fn resolve(&self, url: &str, namespace: &str) -> Result<Vec<(&Pod, i64)>, String> {
        let (scheme, address) = url.split_once("://").expect("it is a URL");
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| format!("{port} is no port"))?),
            None => (address, if scheme == "https" { 443 } else { 80 }),
        };
        let host = host.trim_end_matches('.').trim_end_matches(".cluster.local");
        let parts: Vec<_> = host.split('.').collect();
        let (name, namespace) = match &parts[..] {
            [.., name, namespace, "svc"] => (*name, *namespace),
            ["localhost" | "127"] | [] => return Ok(Vec::new()),
            // The address of a pod in its own namespace, or a Service there.
            [name] => (*name, namespace),
            [pod, name] if pod.contains("$(") => (*name, namespace),
            _ => return Ok(Vec::new()),
        };
        let is_it = |service: &&Service| service.name == name && service.namespace == namespace;
        let service =
            self.services.iter().find(is_it).ok_or_else(|| format!("there is no Service {name} in {namespace}"))?;
        let found = service.ports.iter().find(|(_, number, _)| *number == port);
        let (_, _, target) = found.ok_or_else(|| format!("Service {name} has no port {port}"))?;
        Ok(self.behind(service).into_iter().filter_map(|pod| Some((pod, number(target, pod)?))).collect())
    }
}

/// Returns the number of a port that a pod has, by number or name.
fn number(port: &Json, pod: &Pod) -> Option<i64> {
    let is_it = |known: &&(String, i64)| *port == known.1 || *port == *known.0;
    pod.ports.iter().find(is_it).map(|(_, number)| *number)
}

fn contains(labels: &Labels, wanted: &Labels) -> bool {
    !wanted.is_empty() && wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Whether a label selector, which selects everything if it is empty, selects something with `own` labels.
fn selects(selector: &Json, own: &Labels) -> bool {
    let matches = labels(&selector["matchLabels"]).iter().all(|(key, value)| own.get(key) == Some(value));
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    matches
        && expressions.into_iter().all(|one| {
            let value = one["key"].as_str().and_then(|key| own.get(key));
            let listed = || {
                one["values"].as_array().is_some_and(|all| {
                    all.iter().any(|known| Some(known.as_str().unwrap_or_default()) == value.map(String::as_str))
                })
            };
            match one["operator"].as_str() {
                Some("In") => value.is_some() && listed(),
                Some("NotIn") => !listed(),
                Some("Exists") => value.is_some(),
                Some("DoesNotExist") => value.is_none(),
                _ => false,
            }
        })
}

/// Whether a peer of a policy in `namespace` is the pod.
fn is_peer(peer: &Json, namespace: &str, pod: &Pod) -> bool {
    // The API server sets this label, and no other.
    let of_namespace = Labels::from([("kubernetes.io/metadata.name".to_owned(), pod.namespace.clone())]);
    let there = match &peer["namespaceSelector"] {
        Json::Null => pod.namespace == namespace,
        selector => selects(selector, &of_namespace),
    };
    peer["ipBlock"].is_null() && there && (peer["podSelector"].is_null() || selects(&peer["podSelector"], &pod.labels))
}

/// Whether the policies on `pod`, one end of the flow, let it through: with none on it, all do; else one must.
fn passes(objects: &[Object], flow: &Flow<'_>, direction: &str, pod: &Pod) -> bool {
    let policies = objects.iter().filter(|object| {
        let spec = &object.json["spec"];
        let types = spec["policyTypes"].as_array();
        let is_on = match types {
            Some(types) => types.iter().any(|one| one == direction),
            None => direction == "Ingress" || !spec["egress"].is_null(),
        };
        object.kind() == "NetworkPolicy"
            && is_on
            && object.namespace() == pod.namespace
            && selects(&spec["podSelector"], &pod.labels)
    });
    let (rules, peers, other) =
        if direction == "Ingress" { ("ingress", "from", flow.from) } else { ("egress", "to", flow.to) };
    let mut any = false;
    for policy in policies {
        any = true;
        for rule in policy.json["spec"][rules].as_array().into_iter().flatten() {
            let peers = rule[peers].as_array().filter(|peers| !peers.is_empty());
            let peer = peers.is_none_or(|peers| peers.iter().any(|peer| is_peer(peer, policy.namespace(), other)));
            let ports = rule["ports"].as_array().filter(|ports| !ports.is_empty());
            let is_port = |port: &Json| {
                let protocol = port["protocol"].as_str().unwrap_or("TCP");
                let last = port["endPort"].as_i64();
                let within =
                    port["port"].as_i64().is_some_and(|first| (first..=last.unwrap_or(first)).contains(&flow.port));
                protocol == flow.protocol
                    && (port["port"].is_null() || within || number(&port["port"], flow.to) == Some(flow.port))
            };
            if peer && ports.is_none_or(|ports| ports.iter().any(is_port)) {
                return true;
            }
        }
    }
    !any
}
