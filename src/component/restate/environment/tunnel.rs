//! The Deployment of the tunnel, and its Service.

use super::Making;
use super::declaration::Tunnel;
use crate::component::restate::pods::{quantities, typed};
use crate::component::restate::services::PROTOCOL;
use crate::value::{Checked, Traced, Value, manifest};

/// The name of the container, and of the application in labels.
pub(super) const CONTAINER: &str = "restate-cloud-tunnel-client";
/// The uid of the resource, which only a cluster knows: the name of the tunnel.
pub(super) const UID: &str = "00000000-0000-0000-0000-000000000001";
/// The variable that names the tunnel.
pub(super) const TUNNEL_NAME: &str = "RESTATE_TUNNEL_NAME";
/// The file that the token is mounted as.
const TOKEN: &str = "/restate-bearer-token";

pub(super) fn deployment(making: &Making<'_>) -> Value {
    let spec = &making.declared.spec;
    let tunnel = spec.tunnel.as_ref();
    let image = tunnel.and_then(|tunnel| tunnel.image.clone());
    let image = image.unwrap_or_else(|| making.settings.tunnel_client_default_image.clone());
    let resources = tunnel.and_then(|tunnel| tunnel.resources.as_ref()).map_or_else(
        || manifest!({ limits: { cpu: "2", memory: "2Gi" }, requests: { cpu: "1", memory: "1Gi" } }),
        |resources| quantities(resources.value()),
    );
    let proxy_ports = remote_proxy(tunnel)
        .then(|| manifest!([{ name: "ingress", containerPort: 8080i64 }, { name: "admin", containerPort: 9070i64 }]));
    let container = manifest!({
        name: CONTAINER,
        image: image,
        imagePullPolicy: tunnel.and_then(|tunnel| tunnel.image_pull_policy.as_ref()),
        env: env(making),
        ports: [..proxy_ports, { name: "health", containerPort: 9090i64 }],
        readinessProbe: { httpGet: { path: "/health", port: 9090i64 } },
        resources: resources,
        securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        volumeMounts: [{ name: "bearer-token", mountPath: TOKEN, subPath: "bearer-token", readOnly: true }],
    });
    let secret = &spec.authentication.secret;
    manifest!({
        apiVersion: "apps/v1", kind: "Deployment",
        metadata: metadata(making),
        spec: {
            replicas: tunnel.and_then(|tunnel| tunnel.replicas.as_ref()),
            selector: { matchLabels: making.own_labels() },
            template: {
                metadata: { labels: making.labels(), annotations: making.annotations() },
                spec: {
                    automountServiceAccountToken: false,
                    affinity: tunnel.and_then(|tunnel| tunnel.affinity.as_ref()),
                    nodeSelector: tunnel.and_then(|tunnel| tunnel.node_selector.as_ref()),
                    tolerations: tunnel.and_then(|tunnel| tunnel.tolerations.as_ref()),
                    dnsPolicy: tunnel.and_then(|tunnel| tunnel.dns_policy.as_ref()),
                    dnsConfig: tunnel.and_then(|tunnel| tunnel.dns_config.as_ref()),
                    // Long enough for every request that is under way.
                    terminationGracePeriodSeconds: 310i64,
                    securityContext: {
                        runAsUser: 1000i64, runAsGroup: 3000i64, fsGroup: 2000i64,
                        fsGroupChangePolicy: "OnRootMismatch",
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [container],
                    volumes: [{
                        name: "bearer-token",
                        secret: { secretName: secret.name, items: [{ key: secret.key, path: "bearer-token" }] },
                    }],
                },
            },
        },
    })
}

pub(super) fn service(making: &Making<'_>) -> Value {
    let proxy_ports = remote_proxy(making.declared.spec.tunnel.as_ref()).then(|| {
        manifest!([
            { name: "ingress", port: 8080i64, appProtocol: PROTOCOL },
            { name: "admin", port: 9070i64, appProtocol: PROTOCOL },
        ])
    });
    manifest!({
        apiVersion: "v1", kind: "Service",
        metadata: metadata(making),
        spec: { selector: making.own_labels(), ports: [..proxy_ports, { name: "health", port: 9090i64 }] },
    })
}

fn metadata(making: &Making<'_>) -> Value {
    manifest!({
        name: making.name(), namespace: making.settings.namespace,
        labels: making.labels(), annotations: making.annotations(),
    })
}

fn remote_proxy(tunnel: Option<&Tunnel>) -> Traced<bool> {
    tunnel.and_then(|tunnel| tunnel.remote_proxy.clone()).unwrap_or_default()
}

/// Returns the environment: the defaults that the user does not name, then the user's own.
fn env(making: &Making<'_>) -> Vec<Value> {
    let spec = &making.declared.spec;
    let own = typed(spec.tunnel.as_ref().and_then(|tunnel| tunnel.env.as_deref()));
    let literal = |text: &str| Traced::literal(text.to_owned());
    let defaults = [
        (TUNNEL_NAME, literal(UID)),
        ("RESTATE_SIGNING_PUBLIC_KEY", spec.signing_public_key.clone()),
        ("RESTATE_ENVIRONMENT_ID", spec.environment_id.clone()),
        ("RESTATE_CLOUD_REGION", spec.region.clone()),
        ("RESTATE_BEARER_TOKEN_FILE", literal(TOKEN)),
        ("RESTATE_REMOTE_PROXY", remote_proxy(spec.tunnel.as_ref()).map(ToString::to_string)),
        ("RUST_BACKTRACE", literal("1")),
        ("RUST_LIB_BACKTRACE", literal("0")),
        ("RUST_LOG", literal("info")),
    ];
    let open = defaults.iter().filter(|(name, _)| !names(spec.tunnel.as_ref(), name));
    open.map(|(name, value)| manifest!({ name: name, value: value })).chain(own).collect()
}

/// Whether the user's environment names the variable `name`.
pub(super) fn names(tunnel: Option<&Tunnel>, name: &str) -> bool {
    let entries = tunnel.and_then(|tunnel| tunnel.env.as_deref()).unwrap_or_default();
    entries.iter().map(Checked::value).any(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::super::RestateCloudEnvironment;
    use super::*;
    use crate::component::restate::settings::Settings;
    use crate::value::from_value;

    /// Returns the names of the variables where the user sets those in `own`.
    fn variables(own: &[&str]) -> Vec<String> {
        let own: Vec<_> = own.iter().map(|name| manifest!({ name: (*name).to_owned(), value: "x" })).collect();
        let declared: RestateCloudEnvironment = from_value(&manifest!({
            apiVersion: "restate.dev/v1beta1", kind: "RestateCloudEnvironment", metadata: { name: "cloud" },
            spec: {
                environmentId: "env_1", region: "us", signingPublicKey: "publickeyv1_x",
                authentication: { secret: { name: "s", key: "k" } }, tunnel: { env: own },
            },
        }))
        .unwrap();
        let env = env(&Making { declared: &declared, settings: Settings::default() });
        env.iter().map(|entry| entry.get("name").and_then(Value::as_str).unwrap().to_owned()).collect()
    }

    #[test]
    fn the_users_variables_come_last_and_replace_defaults() {
        let defaults = variables(&[]);
        assert_eq!(defaults[0], TUNNEL_NAME);
        assert_eq!(defaults[8], "RUST_LOG");
        let own = variables(&["RUST_LOG", "A"]);
        assert_eq!(own[..8], defaults[..8]);
        assert_eq!(own[8..], ["RUST_LOG", "A"]);
    }
}
