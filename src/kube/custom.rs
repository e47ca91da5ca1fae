//! Which kinds belong to a namespace: the built-in ones, and the custom ones that people put into a GitOps repository.

use super::builtin;
use super::object::group_of;

/// Whether objects of a kind belong to a namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Each object is in a namespace.
    Namespaced,
    /// The objects belong to the whole cluster.
    Cluster,
}

/// Returns the scope of a kind, or nothing where the kind is unknown.
#[must_use]
pub fn scope(api_version: &str, kind: &str) -> Option<Scope> {
    builtin::scope(api_version, kind).or_else(|| {
        let group = group_of(api_version);
        let at = CUSTOM.binary_search_by_key(&group, |(name, ..)| name).ok()?;
        let (_, namespaced, cluster) = CUSTOM[at];
        if namespaced.contains(&kind) {
            Some(Scope::Namespaced)
        } else {
            cluster.contains(&kind).then_some(Scope::Cluster)
        }
    })
}

/// Group, its namespaced kinds, its cluster-wide kinds. A kind's scope is the same in all versions.
type Group = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Sorted by group. From the projects' own CRDs.
#[rustfmt::skip]
static CUSTOM: &[Group] = &[
    ("acme.cert-manager.io", &["Challenge", "Order"], &[]),
    ("argoproj.io", &[
        "AnalysisRun", "AnalysisTemplate", "AppProject", "Application", "ApplicationSet", "CronWorkflow", "Experiment", "Rollout",
        "Workflow", "WorkflowTemplate",
    ], &["ClusterAnalysisTemplate", "ClusterWorkflowTemplate"]),
    ("autoscaling.k8s.io", &["VerticalPodAutoscaler", "VerticalPodAutoscalerCheckpoint"], &[]),
    ("bitnami.com", &["SealedSecret"], &[]),
    ("cert-manager.io", &["Certificate", "CertificateRequest", "Issuer"], &["ClusterIssuer"]),
    ("cilium.io", &[
        "CiliumEndpoint", "CiliumEnvoyConfig", "CiliumLocalRedirectPolicy", "CiliumNetworkPolicy", "CiliumNodeConfig",
    ], &[
        "CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPNodeConfigOverride", "CiliumBGPPeerConfig",
        "CiliumCIDRGroup", "CiliumClusterwideEnvoyConfig", "CiliumClusterwideNetworkPolicy", "CiliumEgressGatewayPolicy",
        "CiliumIdentity", "CiliumL2AnnouncementPolicy", "CiliumLoadBalancerIPPool", "CiliumNode",
    ]),
    ("eks.services.k8s.aws", &["PodIdentityAssociation"], &[]),
    ("external-secrets.io", &["ExternalSecret", "PushSecret", "SecretStore"], &[
        "ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore",
    ]),
    ("externaldns.k8s.io", &["DNSEndpoint"], &[]),
    ("flink.apache.org", &["FlinkBlueGreenDeployment", "FlinkDeployment", "FlinkSessionJob", "FlinkStateSnapshot"], &[]),
    ("fluxcd.controlplane.io", &["FluxInstance", "FluxReport", "ResourceSet", "ResourceSetInputProvider"], &[]),
    ("gateway.networking.k8s.io", &[
        "BackendTLSPolicy", "GRPCRoute", "Gateway", "HTTPRoute", "ReferenceGrant", "TCPRoute", "TLSRoute", "UDPRoute",
    ], &["GatewayClass"]),
    ("grafana.integreatly.org", &[
        "Grafana", "GrafanaAlertRuleGroup", "GrafanaContactPoint", "GrafanaDashboard", "GrafanaDatasource", "GrafanaFolder",
        "GrafanaLibraryPanel", "GrafanaMuteTiming", "GrafanaNotificationPolicy", "GrafanaNotificationPolicyRoute",
        "GrafanaNotificationTemplate", "GrafanaServiceAccount",
    ], &[]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"], &[]),
    ("image.toolkit.fluxcd.io", &["ImagePolicy", "ImageRepository", "ImageUpdateAutomation"], &[]),
    ("k8s.cni.cncf.io", &["NetworkAttachmentDefinition"], &[]),
    ("karpenter.k8s.aws", &[], &["EC2NodeClass"]),
    ("karpenter.sh", &[], &["NodeClaim", "NodePool"]),
    ("keda.sh", &["ScaledJob", "ScaledObject", "TriggerAuthentication"], &["ClusterTriggerAuthentication"]),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"], &[]),
    ("kyverno.io", &["CleanupPolicy", "Policy", "PolicyException"], &["ClusterCleanupPolicy", "ClusterPolicy"]),
    ("metallb.io", &["BFDProfile", "BGPAdvertisement", "BGPPeer", "Community", "IPAddressPool", "L2Advertisement"], &[]),
    ("minio.min.io", &["Tenant"], &[]),
    ("monitoring.coreos.com", &[
        "Alertmanager", "AlertmanagerConfig", "PodMonitor", "Probe", "Prometheus", "PrometheusAgent", "PrometheusRule",
        "ScrapeConfig", "ServiceMonitor", "ThanosRuler",
    ], &[]),
    ("notification.toolkit.fluxcd.io", &["Alert", "Provider", "Receiver"], &[]),
    ("platform.confluent.io", &["CMFRestClass", "FlinkApplication", "FlinkEnvironment"], &[]),
    ("postgresql.cnpg.io", &[
        "Backup", "Cluster", "Database", "ImageCatalog", "Pooler", "Publication", "ScheduledBackup", "Subscription",
    ], &["ClusterImageCatalog"]),
    ("restate.dev", &["RestateDeployment"], &["RestateCloudEnvironment", "RestateCluster"]),
    ("secrets-store.csi.x-k8s.io", &["SecretProviderClass", "SecretProviderClassPodStatus"], &[]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshot"], &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
    ("source.extensions.fluxcd.io", &["ArtifactGenerator"], &[]),
    ("source.toolkit.fluxcd.io", &[
        "Bucket", "ExternalArtifact", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository",
    ], &[]),
    ("sts.min.io", &["PolicyBinding"], &[]),
    ("traefik.io", &[
        "IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "MiddlewareTCP", "ServersTransport",
        "ServersTransportTCP", "TLSOption", "TLSStore", "TraefikService",
    ], &[]),
    ("trust.cert-manager.io", &[], &["Bundle"]),
    ("velero.io", &[
        "Backup", "BackupRepository", "BackupStorageLocation", "DeleteBackupRequest", "DownloadRequest", "PodVolumeBackup",
        "PodVolumeRestore", "Restore", "Schedule", "ServerStatusRequest", "VolumeSnapshotLocation",
    ], &[]),
    ("volsync.backube", &["ReplicationDestination", "ReplicationSource"], &[]),
    ("vpcresources.k8s.aws", &["SecurityGroupPolicy"], &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_sorted() {
        assert!(CUSTOM.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn kinds_have_scopes() {
        assert_eq!(scope("v1", "Namespace"), Some(Scope::Cluster));
        assert_eq!(scope("apps/v1", "StatefulSet"), Some(Scope::Namespaced));
        assert_eq!(scope("minio.min.io/v2", "Tenant"), Some(Scope::Namespaced));
        assert_eq!(scope("restate.dev/v1", "RestateCluster"), Some(Scope::Cluster));
        assert_eq!(scope("restate.dev/v1", "Restate"), None);
        assert_eq!(scope("unheard.of/v1", "Thing"), None);
    }

    /// The facts are those of the projects' own definitions.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        clippy::disallowed_macros,
        reason = "the test says that it skips where the files are absent"
    )]
    fn scopes_are_those_of_the_definitions() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/crds");
        let mut definitions = 0;
        for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
            if entry.path().extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let definition: serde_json::Value =
                serde_yaml::from_str(&std::fs::read_to_string(entry.path()).unwrap()).unwrap();
            let spec = &definition["spec"];
            let (Some(group), Some(kind)) = (spec["group"].as_str(), spec["names"]["kind"].as_str()) else { continue };
            let expected = if spec["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
            assert_eq!(scope(&format!("{group}/v1"), kind), Some(expected), "{group} {kind}");
            definitions += 1;
        }
        if definitions == 0 {
            println!("skipped: ../shared/crds is absent");
        }
    }
}
