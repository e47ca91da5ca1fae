//! How something is reached from outside of the cluster: by a route of a gateway, or by an Ingress.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::network::{Flow, Peer, Pods};
use super::store::{Authority, CA_FILE, TrustPlace};
use super::{App, AppId, Health, Part};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Host, Name};
use crate::project::{Cni, Policies};
use crate::value::{Origin, ToValue, Traced, Value, manifest, text};

/// The rules about it.
pub(crate) const RULES: &[Rule] = &[NO_WAY, CLEAR_TEXT, TLS_UNTOLD, AUTHORITY_KEY, PROXY_WITHOUT_NAME];

const NO_WAY: Rule = Rule::error(
    "exposure/no-way",
    "something is to be exposed, and nothing says by what",
    "Hosts alone lead nowhere: a gateway or an ingress controller forwards to the Service.",
    "add `httpRoute` with the gateway, or `ingress`",
);

const CLEAR_TEXT: Rule = Rule::warning(
    "exposure/clear-text",
    "an Ingress names no Secret with a certificate",
    "The controller serves the host without TLS, or with a certificate that no client trusts: credentials cross the network for all to read.",
    "set `ingress.tlsSecretName`",
);

const TLS_UNTOLD: Rule = Rule::warning(
    "exposure/tls-untold",
    "an Ingress leads to a Service that speaks TLS, and no annotation tells the controller",
    "An Ingress has no field for it. Controllers speak clear text to Services, which a server with TLS answers with 400.",
    "add the annotation of your controller, `nginx.ingress.kubernetes.io/backend-protocol: HTTPS` say",
);

const AUTHORITY_KEY: Rule = Rule::error(
    "exposure/authority-key",
    "a gateway is to trust a certificate that it does not find",
    "A BackendTLSPolicy names the ConfigMap alone: the gateway reads its key `ca.crt`, and refuses one without it.",
    "keep the certificate under the key `ca.crt`",
);

const PROXY_WITHOUT_NAME: Rule = Rule::error(
    "exposure/proxy-without-name",
    "Cilium's own proxy is to be let in, and policies are written for any network plugin",
    "It runs in no pod: a NetworkPolicy has no name for it, and would shut it out.",
    "set `cni: cilium` in the `Project`, or name the namespace of another proxy by `proxyNamespace`",
);

/// How something is reached from outside of the cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Exposure {
    /// The names that it has outside, the main one first.
    #[schemars(length(min = 1))]
    hosts: Vec<Traced<Host>>,
    /// A route of a gateway: needs the Gateway API, version 1.
    http_route: Option<HttpRoute>,
    /// An Ingress.
    ingress: Option<Ingress>,
    /// The namespace of the pods that forward requests, which policies let in. Default: that of the gateway;
    /// `ingress-nginx` for an Ingress.
    proxy_namespace: Option<Traced<Name>>,
    /// Whether Cilium itself forwards requests: it does so in no pod, and policies know it by a name of its own. Default:
    /// false.
    #[serde(default)]
    cilium_proxy: Traced<bool>,
}

/// A route of a gateway.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HttpRoute {
    /// The gateways that it is a route of.
    #[schemars(length(min = 1))]
    parent_refs: Vec<ParentRef>,
    /// Annotations of the route.
    #[serde(default)]
    annotations: BTreeMap<String, Traced<String>>,
}

/// A gateway.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ParentRef {
    /// Its name.
    name: Traced<Name>,
    /// Its namespace. Default: that of the route.
    namespace: Option<Traced<Name>>,
    /// Its listener. Default: every one that takes the host.
    section_name: Option<Traced<String>>,
    /// The port of its listener. Default: every one.
    #[schemars(range(min = 1))]
    port: Option<Traced<u16>>,
}

/// An Ingress.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ingress {
    /// Its class. Default: the cluster's default class. For the class `nginx` bodies of any size are let through, and TLS
    /// behind it is told, unless annotations say otherwise.
    class_name: Option<Traced<Name>>,
    /// The Secret with the certificate for the hosts, which somebody makes. Default: none, and no TLS.
    tls_secret_name: Option<Traced<Name>>,
    /// Annotations of the Ingress.
    #[serde(default)]
    annotations: BTreeMap<String, Traced<String>>,
}

/// What is exposed.
#[derive(Debug)]
pub(crate) struct Backend<'store> {
    /// The name of the objects.
    pub(crate) name: Traced<String>,
    /// The namespace of the objects and of the Service.
    pub(crate) namespace: Traced<String>,
    /// The labels that are wanted on every object.
    pub(crate) labels: Option<Value>,
    /// The Service.
    pub(crate) service: Traced<String>,
    /// The port of the Service.
    pub(crate) port: Traced<u16>,
    /// The name of that port.
    pub(crate) port_name: Traced<String>,
    /// Whether it speaks TLS.
    pub(crate) tls: Traced<bool>,
    /// A name in its certificate.
    pub(crate) host: Traced<String>,
    /// Who signed its certificate, where the authorities that every system trusts did not.
    pub(crate) authority: Option<&'store Authority>,
    /// Where the certificate of that authority lies in the namespace.
    pub(crate) trust: Option<TrustPlace>,
    /// Who decides that it is exposed.
    pub(crate) because: Origin,
}

/// A route says in its status by gateway whether it is in use. One that no gateway took has no entry.
const ROUTE_HEALTH: Health = Health {
    api_version: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    current: "has(status.parents) && status.parents.size() > 0 && status.parents.all(p, p.conditions.exists(c, c.type == 'Accepted' && c.status == 'True'))",
    in_progress: "!has(status.parents) || status.parents.size() == 0",
    failed: "has(status.parents) && status.parents.exists(p, p.conditions.exists(c, c.type == 'Accepted' && c.status == 'False'))",
    // Argo CD knows it: `resource_customizations/gateway.networking.k8s.io/HTTPRoute/health.lua`.
    lua: None,
};

impl Exposure {
    /// Returns the URL of the main name.
    pub(crate) fn url(&self) -> Option<Traced<String>> {
        self.hosts.iter().find(|host| !host.get().is_wildcard()).map(|host| self.url_of(host))
    }

    /// Returns the URL of each name, with `*` in place of what a wildcard stands for.
    pub(crate) fn urls(&self) -> impl Iterator<Item = Traced<String>> {
        self.hosts.iter().map(|host| self.url_of(host))
    }

    fn url_of(&self, host: &Traced<Host>) -> Traced<String> {
        // The listener of a gateway ends TLS, or nobody does; an Ingress says itself.
        let tls = match (&self.http_route, &self.ingress) {
            (None, Some(ingress)) => ingress.tls_secret_name.is_some(),
            _ => true,
        };
        let secret = self.ingress.as_ref().and_then(|ingress| ingress.tls_secret_name.as_ref());
        let url = host.map(|host| format!("{}://{host}", if tls { "https" } else { "http" }));
        secret.map_or(url.clone(), |secret| url.because(secret.origin()))
    }

    /// Returns the names outside.
    pub(crate) fn hosts(&self) -> &[Traced<Host>] {
        &self.hosts
    }

    /// Returns the app that exposes `backend`, which stands in the app `after`: the definitions of routes come with the
    /// Gateway API and may be missing.
    pub(crate) fn app(&self, id: Traced<AppId>, backend: &Backend<'_>, after: Traced<AppId>) -> Option<App> {
        let mut parts = Vec::new();
        if let Some(route) = &self.http_route {
            parts.push(self.http_route(route, backend));
            parts.extend(backend_policy(backend));
        }
        parts.extend(self.ingress.as_ref().map(|ingress| self.ingress(ingress, backend)));
        if parts.is_empty() {
            return None;
        }
        let health = if self.http_route.is_some() { vec![ROUTE_HEALTH] } else { Vec::new() };
        let parts = parts.into_iter().map(|part| Part::from(part.because(&backend.because))).collect();
        Some(App { health, ..App::new(id.because(&backend.because), parts) }.after([after]))
    }

    /// Returns the flow of requests to pods at `port`, where `namespace` is that of the exposed Service.
    pub(crate) fn flow(&self, namespace: &Traced<String>, port: Traced<u16>) -> Flow {
        let peer = if *self.cilium_proxy.get() {
            Peer::CiliumProxy
        } else {
            Peer::Pods(Pods { namespace: self.proxy_namespace(namespace), labels: BTreeMap::new() })
        };
        Flow { peer, ports: vec![port], because: self.cilium_proxy.origin().clone() }
    }

    fn proxy_namespace(&self, namespace: &Traced<String>) -> Traced<String> {
        if let Some(namespace) = &self.proxy_namespace {
            return namespace.map(ToString::to_string);
        }
        let Some(gateway) = self.http_route.as_ref().and_then(|route| route.parent_refs.first()) else {
            return Traced::literal("ingress-nginx".to_owned());
        };
        gateway.namespace.as_ref().map_or_else(|| namespace.clone(), |namespace| namespace.map(ToString::to_string))
    }

    fn http_route(&self, route: &HttpRoute, backend: &Backend<'_>) -> Value {
        let parents = route.parent_refs.iter().map(|parent| {
            manifest!({
                name: parent.name.map(ToString::to_string),
                namespace: parent.namespace.as_ref().map(|namespace| namespace.map(ToString::to_string)),
                sectionName: parent.section_name,
                port: parent.port,
            })
        });
        let parents: Vec<_> = parents.collect();
        manifest!({
            apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute",
            metadata: {
                name: backend.name, namespace: backend.namespace, labels: backend.labels,
                annotations: some(&route.annotations),
            },
            spec: {
                parentRefs: parents,
                hostnames: self.host_names(),
                rules: [{ backendRefs: [{ name: backend.service, port: backend.port }] }],
            },
        })
    }

    fn ingress(&self, ingress: &Ingress, backend: &Backend<'_>) -> Value {
        let rules: Vec<_> = self
            .host_names()
            .iter()
            .map(|host| {
                let service = manifest!({ name: backend.service, port: { number: backend.port } });
                let path = manifest!({ path: "/", pathType: "Prefix", backend: { service: service } });
                manifest!({ host: host, http: { paths: [path] } })
            })
            .collect();
        let tls = ingress.tls_secret_name.as_ref().map(|secret| {
            let secret = secret.map(ToString::to_string);
            manifest!([{ hosts: self.host_names(), secretName: secret }]).because(secret.origin())
        });
        let mut annotations = ingress.annotations.clone();
        let mut because = Origin::default();
        if let Some(class) = ingress.class_name.as_ref().filter(|class| class.get().as_str() == "nginx") {
            let mut default = |key: &str, value: Traced<&str>| {
                let value = value.map(|value| (*value).to_owned()).because(class.origin());
                annotations.entry(format!("nginx.ingress.kubernetes.io/{key}")).or_insert(value);
            };
            because.add(class.origin());
            default("proxy-body-size", Traced::literal("0"));
            if *backend.tls.get() {
                default("backend-protocol", backend.tls.map(|_| "HTTPS"));
            }
        }
        manifest!({
            apiVersion: "networking.k8s.io/v1", kind: "Ingress",
            metadata: {
                name: backend.name, namespace: backend.namespace, labels: backend.labels,
                annotations: some(&annotations).to_value().map(|annotations| annotations.because(&because)),
            },
            spec: {
                ingressClassName: ingress.class_name.as_ref().map(|class| class.map(ToString::to_string)),
                tls: tls,
                rules: rules,
            },
        })
    }

    fn host_names(&self) -> Vec<Traced<String>> {
        self.hosts.iter().map(|host| host.map(ToString::to_string)).collect()
    }

    /// Returns what is wrong with it.
    pub(crate) fn lint(&self, backend: &Backend<'_>, policies: &Policies) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let host = self.hosts.first().map_or(&backend.because, Traced::origin);
        let name = self.hosts.first().map(ToString::to_string).unwrap_or_default();
        if self.http_route.is_none() && self.ingress.is_none() {
            found.push(NO_WAY.found(format!("nothing forwards `{name}`")).decided_at(host.spans(), ""));
        }
        if let Some(ingress) = &self.ingress {
            if ingress.tls_secret_name.is_none() {
                let message = format!("`{name}` is served without TLS");
                found.push(CLEAR_TEXT.found(message).decided_at(host.spans(), ""));
            }
            let is_nginx = ingress.class_name.as_ref().is_some_and(|class| class.get().as_str() == "nginx");
            let told = ingress.annotations.values().any(|value| value.get().to_ascii_lowercase().contains("https"));
            if *backend.tls.get() && !is_nginx && !told {
                let message = format!("no annotation of the Ingress for `{name}` tells that the Service speaks TLS");
                let place = host.and(backend.tls.origin());
                found.push(TLS_UNTOLD.found(message).decided_at(place.spans(), ""));
            }
        }
        if let (Some(_), Some(Authority::Shared { key, .. })) = (&self.http_route, backend.authority)
            && *backend.tls.get()
            && key.get() != CA_FILE
        {
            let message = format!("the gateway looks for the key `{CA_FILE}`, and the certificate is in `{key}`");
            found.push(AUTHORITY_KEY.found(message).decided_at(key.origin().and(host).spans(), ""));
        }
        if *self.cilium_proxy.get() && *policies.cni.get() != Cni::Cilium {
            let place = self.cilium_proxy.origin().and(policies.cni.origin());
            let message = "no NetworkPolicy can let Cilium's proxy in";
            found.push(PROXY_WITHOUT_NAME.found(message).decided_at(place.spans(), ""));
        }
        found
    }
}

/// How the gateway speaks TLS to the Service.
/// See <https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/>: version 1 since release 1.4.
fn backend_policy(backend: &Backend<'_>) -> Option<Value> {
    let policy = backend.tls.then(|| {
        let authority = backend.trust.as_ref().map(|trust| {
            manifest!([{ group: "", kind: trust.kind(), name: trust.name }]).because(trust.secret.origin())
        });
        let well_known = authority.is_none().then_some("System");
        manifest!({
            apiVersion: "gateway.networking.k8s.io/v1", kind: "BackendTLSPolicy",
            metadata: { name: backend.name, namespace: backend.namespace, labels: backend.labels },
            spec: {
                targetRefs: [{ group: "", kind: "Service", name: backend.service, sectionName: backend.port_name }],
                validation: {
                    caCertificateRefs: authority,
                    wellKnownCACertificates: well_known,
                    hostname: backend.host,
                },
            },
        })
    })?;
    Some(policy.get().clone().because(policy.origin()))
}

fn some(annotations: &BTreeMap<String, Traced<String>>) -> Option<&BTreeMap<String, Traced<String>>> {
    Some(annotations).filter(|annotations| !annotations.is_empty())
}

/// Returns the name of the objects that expose `what` of the declaration `name`: `minio-s3`.
pub(crate) fn name(name: &Traced<String>, what: &str) -> Traced<String> {
    text!("{}-{}", name, what)
}
