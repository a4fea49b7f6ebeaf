//! Pull secrets: what programs read of a docker config, and the commands that change what no manifest can.
//!
//! Rules on specs and manifests, and the composing of secrets, share it. Nothing here reads a file, and no message says
//! anything of what a docker config holds: its entries are counted.

pub mod commands;
mod config;
mod registry;

pub(crate) use config::decoded;
pub use config::{ConfigFault, Layout, faults, registries};
pub use registry::{KeyFault, key_fault, normalised};

use zeroize::Zeroizing;

use crate::secret::clear;
use crate::stand_in::stands_in;
use crate::tree::Node;

/// The key of a docker config in a Secret of the type `kubernetes.io/dockerconfigjson`.
pub const DOCKER_CONFIG_KEY: &str = ".dockerconfigjson";

/// The type of such a Secret.
pub const DOCKER_CONFIG_TYPE: &str = "kubernetes.io/dockerconfigjson";

/// The namespace of the cluster's own pull secret.
///
/// Source: openshift/openshift-docs `modules/images-update-global-pull-secret.adoc`.
pub const GLOBAL_NAMESPACE: &str = "openshift-config";

/// The name of the cluster's own pull secret.
pub const GLOBAL_NAME: &str = "pull-secret";

/// Returns the docker config of a Secret of one of the two types, with its bytes and layout; none where it is encrypted,
/// a slot, no base64, or some of it is put in later.
pub fn docker_config_of(secret: &Node) -> Option<(&Node, Zeroizing<Vec<u8>>, Layout)> {
    let (key, layout) = match secret.get("type")?.as_str()? {
        DOCKER_CONFIG_TYPE => (DOCKER_CONFIG_KEY, Layout::ConfigJson),
        "kubernetes.io/dockercfg" => (".dockercfg", Layout::Legacy),
        _ => return None,
    };
    let bytes = clear::bytes(secret, key).filter(|bytes| !stands_in(bytes))?;
    Some((&clear::entry(secret, key)?.node, bytes, layout))
}
