//! The objects -> the profile of the cluster's platform: as asked, by its Infrastructure, or by its storage.
//!
//! Which platforms a profile is for stands in the profile (`recognised`); which other platforms are nearly one of them, in
//! `platforms.yaml`.

use std::sync::Arc;

use super::config::names;
use super::item::Item;
use super::{Refused, Wish, user_secret};
use crate::diag::visible::quoted;
use crate::diag::{Findings, nearest};
use crate::profile::Profile;
use crate::target::Target;
use crate::tree::parse::{Reading, document};
use crate::tree::{Node, Source, SourceKind};

/// Returns the profile, and by what it is known.
///
/// # Errors
///
/// Where no profile is for the platform, or several could be.
pub(super) fn platform(items: &[Item], target: Target, wish: &Wish<'_>) -> Result<(Arc<Profile>, String), Refused> {
    if let Some(asked) = wish.platform {
        return Ok((profile(asked, wish)?, format!("platform {asked}: as asked")));
    }
    let all: Vec<Arc<Profile>> = wish.profiles.names().filter_map(|name| wish.profiles.get(name)).collect();
    let evidence = Evidence::of(items);
    if let Some(kind) = &evidence.infrastructure {
        let of_kind: Vec<&Arc<Profile>> = all.iter().filter(|profile| is_for(profile, kind)).collect();
        if of_kind.is_empty() {
            return Err(no_profile(kind));
        }
        return one(&of_kind, &evidence, wish, &format!("the Infrastructure says {kind}"));
    }
    let Some(backend) = &evidence.backend else {
        let message = "the platform cannot be told: there is neither an Infrastructure nor storage among the objects";
        return Err(Refused::new(message, ask(&all.iter().collect::<Vec<_>>())));
    };
    let has_it = |profile: &Arc<Profile>| profile.backends().contains(&backend.as_str());
    let bootstraps = |profile: &Arc<Profile>| {
        profile.bootstrap("config", target.first()).is_some_and(|spec| spec.at(&["storage", backend]).is_some())
    };
    let bootstraps_none = |profile: &Arc<Profile>| {
        let storage = profile.bootstrap("config", target.first()).and_then(|spec| spec.get("storage"));
        storage.and_then(Node::as_map).is_some_and(indexmap::IndexMap::is_empty)
    };
    let native: Vec<&Arc<Profile>> = all.iter().filter(|profile| has_it(profile) && bootstraps(profile)).collect();
    let without: Vec<&Arc<Profile>> =
        all.iter().filter(|profile| has_it(profile) && bootstraps_none(profile)).collect();
    // Object storage at an address of one's own is no cloud's.
    let candidates = if native.is_empty() || evidence.has_endpoint { without } else { native };
    if candidates.is_empty() {
        let message = format!("no platform that is known here has storage of the kind {}", quoted(backend));
        let help = "add a profile for it (`regcfg profile show base` is what all extend), and say it with `--platform`";
        return Err(Refused::new(message, help));
    }
    one(&candidates, &evidence, wish, &format!("the storage is {backend}"))
}

/// What the objects tell of the platform.
struct Evidence {
    /// The type of platform that the Infrastructure says.
    infrastructure: Option<String>,
    /// The storage of the config CR.
    backend: Option<String>,
    /// Whether the storage is at an address of its own.
    has_endpoint: bool,
    /// Whether credentials are the user's own; none where that cannot be told.
    has_user_secret: Option<bool>,
}

impl Evidence {
    fn of(items: &[Item]) -> Self {
        let infrastructure = items.iter().find(|item| item.is("Infrastructure", "", "cluster"));
        let status = infrastructure.and_then(|item| item.object.get("status"));
        let kind = |status: &Node| {
            let kind = status.at(&["platformStatus", "type"]).or_else(|| status.get("platform"))?.as_str()?;
            (!kind.is_empty()).then(|| kind.chars().take(60).collect::<String>())
        };
        let config = items.iter().find(|item| item.is("Config", "", "cluster"));
        let storage = config.and_then(|item| item.object.at(&["spec", "storage"]));
        let backends = names(storage).into_iter().filter(|name| name != "managementState");
        let backend = backends.into_iter().next();
        let settings = storage.zip(backend.as_ref()).and_then(|(storage, backend)| storage.get(backend));
        let text =
            |field: &str| settings.and_then(|settings| settings.get(field)?.as_str()).filter(|text| !text.is_empty());
        let endpoint = text("regionEndpoint").filter(|url| !url.contains(".amazonaws.com"));
        let state = storage.and_then(|storage| storage.get("managementState")?.as_str());
        let is_internal =
            settings.and_then(|settings| settings.at(&["networkAccess", "type"])?.as_str()) == Some("Internal");
        let is_named = text("container").or_else(|| text("bucket")).is_some();
        let has_user_secret = if user_secret(items).is_some() {
            Some(true)
        } else if state == Some("Managed") || is_internal || !is_named {
            Some(false)
        } else {
            (state == Some("Unmanaged")).then_some(true)
        };
        Self { infrastructure: status.and_then(kind), has_endpoint: endpoint.is_some(), backend, has_user_secret }
    }
}

fn profile(asked: &str, wish: &Wish<'_>) -> Result<Arc<Profile>, Refused> {
    wish.profiles.get(asked).ok_or_else(|| {
        let known: Vec<&str> = wish.profiles.names().collect();
        let help = match nearest(asked, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are `{}`", known.join("`, `")),
        };
        Refused::new(format!("there is no platform {}", quoted(asked)), help)
    })
}

/// Tells whether a profile is for clusters of a type of platform.
fn is_for(profile: &Profile, kind: &str) -> bool {
    let kinds = profile.get("recognised").and_then(|by| by.get("infrastructure")?.as_seq()).unwrap_or_default();
    kinds.iter().any(|known| known.as_str() == Some(kind))
}

/// Returns the one of some profiles that the evidence is for.
fn one(
    candidates: &[&Arc<Profile>],
    evidence: &Evidence,
    wish: &Wish<'_>,
    by: &str,
) -> Result<(Arc<Profile>, String), Refused> {
    let has_user_secret =
        evidence.has_user_secret.filter(|has| *has || wish.has_no_user_secret || evidence.backend.is_some());
    let fits = |profile: &&&Arc<Profile>| {
        let wanted = profile.get("recognised").and_then(|by| by.get("userSecret")?.as_bool());
        wanted.is_none() || has_user_secret.is_none() || wanted == has_user_secret
    };
    let fitting: Vec<&Arc<Profile>> = candidates.iter().filter(fits).copied().collect();
    let [profile] = &*fitting else {
        let several = if fitting.is_empty() { candidates } else { &fitting };
        let names: Vec<String> = several.iter().map(|profile| format!("`{}`", profile.name())).collect();
        let message = format!("the platform cannot be told: {by}, which {} have", names.join(" and "));
        return Err(Refused::new(message, ask(several)));
    };
    let among = match (candidates.len(), has_user_secret) {
        (1, _) => "",
        (_, Some(true)) => ", and credentials are the user's own",
        _ => ", and credentials are those that the cluster mints",
    };
    Ok((Arc::clone(profile), format!("platform {}: {by}{among}", profile.name())))
}

fn ask(profiles: &[&Arc<Profile>]) -> String {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name()).collect();
    format!(
        "say it with `--platform {}`, or give the object `infrastructure.config.openshift.io/cluster`, too",
        names.join("|")
    )
}

/// Says that no profile is for a type of platform, and which is nearest.
fn no_profile(kind: &str) -> Refused {
    let source = Source::new("platforms.yaml", include_str!("platforms.yaml"), SourceKind::Profile);
    let known = document(&source, Reading::Strict, &mut Findings::new());
    let entry = known.as_ref().and_then(|known| known.get(kind));
    let text = |field: &str| entry.and_then(|entry| entry.get(field)?.as_str());
    let message = format!("no profile is for clusters on {}", quoted(kind));
    let help = match (text("nearest"), text("because")) {
        (Some(near), Some(because)) => {
            format!(
                "the nearest is `{near}`: {because}; say `--platform {near}` if that is right, or add a profile of your own"
            )
        }
        (_, because) => {
            let because = because.unwrap_or("nothing is known of what its operator makes");
            format!("{because}: add a profile of your own that extends `base`, and say it with `--platform`")
        }
    };
    Refused::new(message, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profiles;

    #[test]
    fn every_nearest_platform_is_one() {
        let source = Source::new("platforms.yaml", include_str!("platforms.yaml"), SourceKind::Profile);
        let known = document(&source, Reading::Strict, &mut Findings::new()).unwrap();
        let profiles = Profiles::builtin();
        for (kind, entry) in known.as_map().unwrap() {
            assert!(entry.node.get("because").and_then(Node::as_str).is_some(), "{kind}");
            if let Some(near) = entry.node.get("nearest").and_then(Node::as_str) {
                assert!(profiles.get(near).is_some(), "{kind}: {near}");
            }
            let taken = profiles.names().filter_map(|name| profiles.get(name)).any(|profile| is_for(&profile, kind));
            assert!(!taken, "{kind} has a profile");
        }
    }
}
