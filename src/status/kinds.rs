//! The kinds that are looked at: one table, by hand, since most of them have no description here.

use crate::live::Resource;

/// A kind, as its API serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    group: &'static str,
    plural: &'static str,
    pub(super) name: &'static str,
    namespaced: bool,
}

const fn of_cluster(group: &'static str, plural: &'static str, name: &'static str) -> Kind {
    Kind { group, plural, name, namespaced: false }
}

const fn of_namespace(group: &'static str, plural: &'static str, name: &'static str) -> Kind {
    Kind { group, plural, name, namespaced: true }
}

pub(super) const CLUSTER_OPERATOR: Kind = of_cluster("config.openshift.io", "clusteroperators", "ClusterOperator");
pub(super) const CLUSTER_VERSION: Kind = of_cluster("config.openshift.io", "clusterversions", "ClusterVersion");
pub(super) const INFRASTRUCTURE: Kind = of_cluster("config.openshift.io", "infrastructures", "Infrastructure");
pub(super) const IMAGE: Kind = of_cluster("config.openshift.io", "images", "Image");
pub(super) const CONFIG: Kind = of_cluster("imageregistry.operator.openshift.io", "configs", "Config");
pub(super) const PRUNER: Kind = of_cluster("imageregistry.operator.openshift.io", "imagepruners", "ImagePruner");
pub(super) const POOL: Kind =
    of_cluster("machineconfiguration.openshift.io", "machineconfigpools", "MachineConfigPool");
pub(super) const NAMESPACE: Kind = of_cluster("", "namespaces", "Namespace");
pub(super) const VOLUME: Kind = of_cluster("", "persistentvolumes", "PersistentVolume");
pub(super) const STORAGE_CLASS: Kind = of_cluster("storage.k8s.io", "storageclasses", "StorageClass");
pub(super) const DEPLOYMENT: Kind = of_namespace("apps", "deployments", "Deployment");
pub(super) const REPLICA_SET: Kind = of_namespace("apps", "replicasets", "ReplicaSet");
pub(super) const DAEMON_SET: Kind = of_namespace("apps", "daemonsets", "DaemonSet");
pub(super) const POD: Kind = of_namespace("", "pods", "Pod");
pub(super) const EVENT: Kind = of_namespace("", "events", "Event");
pub(super) const CLAIM: Kind = of_namespace("", "persistentvolumeclaims", "PersistentVolumeClaim");
pub(super) const SECRET: Kind = of_namespace("", "secrets", "Secret");
pub(super) const CONFIG_MAP: Kind = of_namespace("", "configmaps", "ConfigMap");
pub(super) const ROUTE: Kind = of_namespace("route.openshift.io", "routes", "Route");
pub(super) const CRON_JOB: Kind = of_namespace("batch", "cronjobs", "CronJob");
pub(super) const JOB: Kind = of_namespace("batch", "jobs", "Job");

impl Kind {
    /// Returns it as something to ask for.
    pub(super) fn resource(self) -> Resource {
        Resource {
            group: self.group.into(),
            version: "v1".into(),
            plural: self.plural.into(),
            kind: self.name.into(),
            namespaced: self.namespaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn kinds_that_are_described_here_are_called_as_there() {
        let mut n_described = 0;
        for kind in [IMAGE, CONFIG, PRUNER, NAMESPACE, CLAIM, SECRET, CONFIG_MAP, ROUTE] {
            let resource = kind.resource();
            let described = schema::find(&resource.api_version(), kind.name).map(Resource::of);
            assert_eq!(described.as_ref(), Some(&resource));
            n_described += 1;
        }
        assert_eq!(n_described, 8);
    }
}
