//! How S3 and the console are reached from outside of the cluster.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::MinIO;
use crate::component::{App, Backend, Exposure, Flow, Peer, Store, exposure_name};
use crate::kube::{Cidr, Host};
use crate::value::{Origin, ToValue, Traced, Value, manifest, text};

/// How S3 and the console are reached from outside of the cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Expose {
    /// The S3 API, by a gateway or an Ingress. Its hosts must not stand in a path: clients sign them.
    pub(super) s3: Option<Exposure>,
    /// The console, by a gateway or an Ingress.
    pub(super) console: Option<Exposure>,
    /// Load balancers right before the servers.
    pub(super) load_balancer: Option<LoadBalancer>,
}

/// Load balancers right before the servers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LoadBalancer {
    /// Whether there is one for S3. Default: false.
    #[serde(default)]
    pub(super) s3: Traced<bool>,
    /// Whether there is one for the console. Default: false.
    #[serde(default)]
    pub(super) console: Traced<bool>,
    /// The names that it has outside, which then are in the certificate.
    #[serde(default)]
    pub(super) hosts: Vec<Traced<Host>>,
    /// Annotations of the Services, which tell the cloud what is wanted.
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, Traced<String>>,
    /// The addresses that policies let in, as CIDRs. Default: any address.
    #[serde(default)]
    addresses: Vec<Traced<Cidr>>,
}

/// What can be exposed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// The S3 API.
    S3,
    /// The console.
    Console,
}

impl LoadBalancer {
    pub(super) fn is_on(&self, side: Side) -> &Traced<bool> {
        match side {
            Side::S3 => &self.s3,
            Side::Console => &self.console,
        }
    }
}

impl Expose {
    /// Returns what is exposed by a gateway or an Ingress.
    pub(super) fn sides(&self) -> impl Iterator<Item = (Side, &Exposure)> {
        [Side::S3, Side::Console].into_iter().filter_map(|side| Some((side, self.exposure(side)?)))
    }

    fn exposure(&self, side: Side) -> Option<&Exposure> {
        match side {
            Side::S3 => self.s3.as_ref(),
            Side::Console => self.console.as_ref(),
        }
    }

    /// Returns the addresses that a load balancer lets in, where they are known.
    pub(super) fn source_ranges(&self, side: Side) -> Option<Value> {
        let balancer = self.load_balancer.as_ref()?;
        let on = balancer.is_on(side);
        let addresses: Vec<_> = balancer.addresses.iter().map(|address| address.map(ToString::to_string)).collect();
        (*on.get() && !addresses.is_empty()).then(|| manifest!([..addresses]).because(on.origin()))
    }

    /// Returns the annotations of the Service of a load balancer.
    pub(super) fn annotations(&self, side: Side) -> Option<Value> {
        let balancer = self.load_balancer.as_ref()?;
        let on = balancer.is_on(side);
        let annotations = &balancer.annotations;
        (*on.get() && !annotations.is_empty()).then(|| manifest!({ ..annotations }).because(on.origin()))
    }
}

impl MinIO {
    /// Returns what stands behind an exposure.
    pub(super) fn backend<'store>(&self, side: Side, store: &'store Store) -> Backend<'store> {
        let what = if side == Side::S3 { "s3" } else { "console" };
        let (service, port, port_name) = match side {
            Side::S3 => (self.service(), self.s3_port(), self.port_name()),
            Side::Console => (self.console_service(), self.console_port(), self.console_port_name()),
        };
        Backend {
            trust: self.trust(store).map(|trust| trust.place),
            name: exposure_name(&self.metadata.name(), what),
            namespace: self.metadata.namespace(),
            labels: self.metadata.labels().to_value(),
            service,
            port,
            port_name,
            tls: store.tls.clone(),
            // Any name in the certificate will do, and the console's is not in it.
            host: store.host.clone(),
            authority: store.authority.as_ref(),
            because: self.origin(),
        }
    }

    /// Returns the apps that expose something.
    pub(super) fn exposures(&self, store: &Store) -> Vec<App> {
        let app = |(side, exposure): (Side, &Exposure)| {
            let suffix = if side == Side::S3 { "-s3" } else { "-console" };
            exposure.app(self.metadata.app_id(suffix), &self.backend(side, store), self.metadata.app_id(""))
        };
        self.spec.expose.sides().filter_map(app).collect()
    }

    /// Returns who reaches the servers from outside.
    pub(super) fn flows_from_outside(&self) -> Vec<Flow> {
        let namespace = self.metadata.namespace();
        let pod_port = |side| match side {
            Side::S3 => Traced::literal(super::POD_PORT),
            Side::Console => self.console_port(),
        };
        let balancer = self.spec.expose.load_balancer.as_ref();
        let mut flows = Vec::new();
        for side in [Side::S3, Side::Console] {
            flows.extend(self.spec.expose.exposure(side).map(|exposure| exposure.flow(&namespace, pod_port(side))));
            if let Some(balancer) = balancer.filter(|balancer| *balancer.is_on(side).get()) {
                let addresses = balancer.addresses.iter().map(|address| address.map(ToString::to_string)).collect();
                let because = balancer.is_on(side).origin().clone();
                flows.push(Flow { peer: Peer::World(addresses), ports: vec![pod_port(side)], because });
            }
        }
        flows
    }

    /// Returns the URLs of the domains, the scheme as clients outside see it.
    pub(super) fn domain_urls(&self) -> Vec<Traced<String>> {
        let tls = self.spec.tls.is_on();
        let outside = self.spec.expose.s3.as_ref().and_then(Exposure::url);
        let scheme = match outside {
            Some(url) => url.map(|url| url.split("://").next().unwrap_or("https").to_owned()),
            None => tls.map(|&tls| if tls { "https".to_owned() } else { "http".to_owned() }),
        };
        self.spec.domains.iter().map(|domain| text!("{}://{}", scheme, domain)).collect()
    }

    /// Returns the URL that browsers know the console by.
    pub(super) fn console_url(&self) -> Option<Traced<String>> {
        self.spec.expose.console.as_ref()?.url()
    }

    /// Returns who decides that there are load balancers, if there are any.
    pub(super) fn balanced(&self) -> Option<Origin> {
        let balancer = self.spec.expose.load_balancer.as_ref()?;
        let on = [&balancer.s3, &balancer.console].into_iter().filter(|on| *on.get());
        let places: Vec<_> = on.map(Traced::origin).collect();
        (!places.is_empty()).then(|| Origin::merged(places))
    }
}
