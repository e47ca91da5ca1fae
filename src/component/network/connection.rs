//! Whom the pods of a component reach beside what it claims: only a person knows.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Flow, Peer, Pods};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Cidr, LabelValue, Name};
use crate::value::{Origin, Traced};

pub(super) const UNCLEAR: Rule = Rule::error(
    "network/unclear-connection",
    "a connection does not tell whom the pods reach",
    "Their policy would allow something else, or nothing.",
    "name either the `namespace` of pods, perhaps with `labels`, or a `host`, perhaps with `addresses`",
);

/// Whom pods reach: pods of the cluster, or a host outside of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Connection {
    /// The namespace of pods.
    namespace: Option<Traced<Name>>,
    /// Labels of the pods. Default: every pod of the namespace.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "bayplan.label-key" }))]
    labels: BTreeMap<String, Traced<LabelValue>>,
    /// A host outside of the cluster.
    host: Option<Traced<String>>,
    /// Addresses of the host as CIDRs. Default: any address, and where the network plugin is Cilium, the host by its name.
    #[serde(default)]
    addresses: Vec<Traced<Cidr>>,
    /// The TCP ports, those of the pods where it is pods.
    #[schemars(length(min = 1))]
    ports: Vec<Traced<u16>>,
}

impl Connection {
    /// Returns the flow, if the connection tells whom it leads to.
    pub(crate) fn flow(&self) -> Option<Flow> {
        let peer = match (&self.namespace, &self.host) {
            (Some(namespace), _) => Peer::Pods(Pods {
                namespace: namespace.map(ToString::to_string),
                labels: self.labels.iter().map(|(key, value)| (key.clone(), value.map(ToString::to_string))).collect(),
            }),
            (None, Some(host)) => Peer::Outside {
                host: host.clone(),
                addresses: self.addresses.iter().map(|address| address.map(ToString::to_string)).collect(),
            },
            (None, None) => return None,
        };
        Some(Flow { peer, ports: self.ports.clone(), because: Origin::default() })
    }

    /// Returns what is wrong with it.
    pub(crate) fn lint(&self) -> Option<Diagnostic> {
        let message = match (&self.namespace, &self.host) {
            (Some(_), Some(_)) => "`namespace` and `host` are two things",
            (None, None) => "neither `namespace` nor `host` is named",
            _ => return None,
        };
        let host = self.host.as_ref().map(Traced::origin);
        let written = host.into_iter().chain(self.namespace.as_ref().map(Traced::origin));
        let place = Origin::merged(written.chain(self.ports.first().map(Traced::origin)));
        Some(UNCLEAR.found(message).decided_at(place.spans(), ""))
    }
}
