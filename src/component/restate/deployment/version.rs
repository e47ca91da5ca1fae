//! The version of a deployment: the JSON of its template, and the hash of all that makes another version.

use super::declaration::{RestateDeployment, Template};
use super::in_process::Tunnel;
use super::stored;
use crate::value::{Value, manifest};

/// The letters that stand for the digits 0 to 9 in names that Kubernetes makes: no word comes of them.
const DIGITS: &[u8; 10] = b"456789bcdf";

/// A version of a deployment.
pub(super) struct Version {
    /// The template as the operator writes it beside the version, to recognize it again.
    pub(super) template: String,
    /// The hash, of up to ten characters.
    pub(super) hash: String,
}

impl Version {
    /// Returns the version of `declared`, whose pods open `tunnel` themselves, if they do.
    pub(super) fn of(declared: &RestateDeployment, tunnel: Option<&Tunnel>) -> Self {
        let pod_spec = declared.spec.template.spec.value();
        let template = json(&declared.spec.template, pod_spec);
        let hash = hash(&template, declared, tunnel);
        Self { template, hash }
    }
}

/// Returns the JSON of a template: `metadata` stands there even where there is none.
fn json(template: &Template, pod_spec: &Value) -> String {
    let metadata = template.metadata.as_ref().map_or_else(
        Value::default,
        |metadata| manifest!({ annotations: metadata.annotations, labels: metadata.labels }),
    );
    stored::json(&manifest!({ metadata: metadata, spec: pod_spec }))
}

/// Returns the hash that a version is called by.
fn hash(template: &str, declared: &RestateDeployment, tunnel: Option<&Tunnel>) -> String {
    let restate = &declared.spec.restate;
    let mut hash = Fnv::new();
    hash.add(template.as_bytes());
    for text in restate.register.cluster.iter().chain(&restate.service_path) {
        hash.add(text.get().as_bytes());
    }
    if restate.use_http11.as_ref().is_some_and(|old| *old.get()) {
        hash.add(b"use_http11");
    }
    if let Some(tunnel) = tunnel {
        hash.add(b"tunnel_mode=in-process");
        for value in [&tunnel.environment_id, &tunnel.region, &tunnel.signing_public_key] {
            hash.add(&(value.get().len() as u64).to_be_bytes());
            hash.add(value.get().as_bytes());
        }
    }
    if let Some(collisions) = declared.status.as_ref().and_then(|status| status.collision_count.as_ref()) {
        hash.add(&collisions.get().to_be_bytes());
    }
    encode(hash.upper())
}

/// FNV-1a of 64 bits.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Returns the upper 32 bits.
    fn upper(&self) -> u64 {
        self.0 >> 32
    }
}

/// Writes a number in decimal digits, the least significant first, each by its letter.
fn encode(mut number: u64) -> String {
    let mut text = String::new();
    while number > 0 {
        text.push(char::from(DIGITS[usize::try_from(number % 10).expect("a digit")]));
        number /= 10;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Traced, from_value};

    /// Returns the hash of a deployment with such pods, registered with the cluster `restate`.
    fn of(template: &Value, restate: &Value, status: Option<&Value>, tunnel: Option<&Tunnel>) -> String {
        let declared: RestateDeployment = from_value(&manifest!({
            apiVersion: "restate.dev/v1beta1", kind: "RestateDeployment", metadata: { name: "greeter" },
            spec: { template: template, restate: restate }, status: status,
        }))
        .unwrap();
        Version::of(&declared, tunnel).hash
    }

    fn greeter() -> Value {
        manifest!({
            metadata: { labels: { app: "greeter" } },
            spec: { containers: [{ name: "service", image: "greeter:1", ports: [{ containerPort: 9080i64 }] }] },
        })
    }

    fn cluster() -> Value {
        manifest!({ register: { cluster: "restate" } })
    }

    /// The operator was asked.
    #[test]
    fn hashes_are_those_of_the_operator() {
        assert_eq!(of(&greeter(), &cluster(), None, None), "d895c84495");
        let slower = manifest!({ useHttp11: false, drainDelaySeconds: 600i64, ..cluster() });
        assert_eq!(of(&greeter(), &slower, None, None), "d895c84495");
        let path = manifest!({ servicePath: "/api/v1", ..cluster() });
        assert_eq!(of(&greeter(), &path, None, None), "cbff98775");
        let service = manifest!({ register: { service: { name: "restate-admin", namespace: "infra" } } });
        assert_eq!(of(&greeter(), &service, None, None), "d86fdbcd95");
        let cloud = manifest!({ register: { cloud: "my-cloud" }, servicePath: "/svc" });
        assert_eq!(of(&greeter(), &cloud, None, None), "cd5b9459b7");
        let collided = manifest!({ replicas: 1i64, collisionCount: 1i64 });
        assert_eq!(of(&greeter(), &cluster(), Some(&collided), None), "984b78c7c7");
        let bare = manifest!({ spec: { containers: [{
            name: "a", image: "a:1", ports: [{ containerPort: 8000i64 }, { containerPort: 8001i64, name: "http" }],
        }] } });
        assert_eq!(of(&bare, &cluster(), None, None), "89bd9b9fc6");
    }

    #[test]
    fn a_tunnel_in_the_process_is_part_of_the_version() {
        let text = |text: &str| Traced::literal(text.to_owned());
        let tunnel = Tunnel {
            environment_id: text("env_201j05r9g0f12ygtphdszbb4scp"),
            region: text("us"),
            signing_public_key: text("publickeyv1_BBuEJnx28hdGb5Ky6qpvuXQG4aVoWBnubJtHXpznzgQk"),
        };
        let template = manifest!({
            metadata: { labels: { app: "greeter" }, annotations: { a: "b" } },
            spec: {
                initContainers: [{ name: "init", image: "init:1" }],
                containers: [
                    { name: "service", image: "greeter:1", env: [{ name: "A", value: "b" }] },
                    { name: "side", image: "side:1" },
                ],
            },
        });
        let restate = manifest!({ register: { cloud: "my-cloud" }, tunnelMode: "in-process" });
        assert_eq!(of(&template, &restate, None, Some(&tunnel)), "cc698b98b5");
    }

    #[test]
    fn what_is_not_there_is_told_from_what_is_empty() {
        let json = |template: Value| {
            let template: Template = from_value(&template).unwrap();
            super::json(&template, template.spec.value())
        };
        assert_eq!(json(manifest!({ spec: {} })), r#"{"metadata":null,"spec":{}}"#);
        assert_eq!(json(manifest!({ metadata: {}, spec: {} })), r#"{"metadata":{},"spec":{}}"#);
        let labels = manifest!({ metadata: { labels: {} }, spec: { a: Value::default() } });
        assert_eq!(json(labels), r#"{"metadata":{"labels":{}},"spec":{"a":null}}"#);
    }
}
