//! The keys of a docker config: which registry, organisation or repository a login is for.
//!
//! Kubelets and imports match a key by host and by the beginning of the path (upstream: kubernetes/kubernetes
//! `pkg/credentialprovider/keyring.go`), podman, CRI-O and builds by whole steps of the path and without wildcards
//! (upstream: containers/image `docs/containers-auth.json.5.md`, `pkg/docker/config/config.go`).

/// Why a key does not do what it seems to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// No image is ever pulled with it, and why.
    Never(&'static str),
    /// Programs read it in different ways, and how.
    Doubtful(&'static str),
}

/// Returns what is wrong with a key, if something is.
pub fn key_fault(key: &str) -> Option<KeyFault> {
    never(key).map(KeyFault::Never).or_else(|| doubtful(key).map(KeyFault::Doubtful))
}

/// Returns the one way to write a key: without scheme, trailing `/` or the path of an API's version, and Docker Hub by
/// one name.
pub fn normalised(key: &str) -> String {
    let (_, rest) = split_scheme(key);
    let (host, path) = split_path(rest);
    let host = host.to_ascii_lowercase();
    let host = if matches!(&*host, "index.docker.io" | "registry-1.docker.io") { "docker.io" } else { &*host };
    let path = path.trim_end_matches('/');
    let version = ["/v1", "/v2"].iter().find(|version| path == **version);
    format!("{host}{}", if version.is_some() { "" } else { path })
}

fn never(key: &str) -> Option<&'static str> {
    let (scheme, rest) = split_scheme(key);
    let (host, path) = split_path(rest);
    let is_path = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "._-/*?[]".contains(char);
    Some(match () {
        () if key.chars().any(|char| char.is_whitespace() || char.is_control()) => "it has a space in it",
        () if !matches!(scheme, "" | "https" | "http") => "it begins with what is no scheme of registries",
        () if host.is_empty() => "it names no host",
        () if host.contains('@') => "it has a user's name before the host",
        () if path.contains('@') => "it has a digest",
        () if path.contains(':') => "it has a tag",
        () if path.chars().any(|char| char.is_ascii_uppercase()) => "no repository has a capital letter",
        () if path.contains("//") || !path.chars().all(is_path) => "its path is none that a repository can have",
        () => return host_never(host, !path.is_empty()),
    })
}

/// Tells why a host is none that an image's name can have.
fn host_never(host: &str, has_path: bool) -> Option<&'static str> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = |port: &str| !port.starts_with('0') && port.parse::<u16>().is_ok();
    if port.is_some_and(|port| !is_port(port)) {
        return Some(if has_path { "its port is not a number" } else { "what follows the colon is not a port" });
    }
    let is_address = name.starts_with('[') && name.ends_with(']') && name.contains(':');
    let is_host = |char: char| char.is_ascii_alphanumeric() || "-.*?".contains(char);
    if !is_address && (name.is_empty() || name.starts_with(['-', '.']) || !name.chars().all(is_host)) {
        return Some("its host is none");
    }
    // A name without dot or port is one on Docker Hub.
    (port.is_none() && name != "localhost" && !is_address && !name.contains(['.', '*', '?']))
        .then_some("a host without a dot or port is read as a name on docker.io")
}

fn doubtful(key: &str) -> Option<&'static str> {
    let (scheme, rest) = split_scheme(key);
    let (host, path) = split_path(rest);
    let is_version = matches!(path.trim_end_matches('/'), "" | "/v1" | "/v2");
    if key.contains(['*', '?', '[']) && !host.starts_with('[') {
        return Some("only kubelets and imports read wildcards; builds, podman and nodes do not");
    }
    if is_version {
        return None;
    }
    if !scheme.is_empty() {
        return Some("after a scheme, builds and podman pass over the path");
    }
    path.ends_with('/').then_some("builds and podman do not match a path that ends in `/`")
}

fn split_scheme(key: &str) -> (&str, &str) {
    key.split_once("://").unwrap_or(("", key))
}

fn split_path(rest: &str) -> (&str, &str) {
    let end = rest.find('/').unwrap_or(rest.len());
    rest.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_registries_have_are_right() {
        for key in [
            "quay.io",
            "quay.io/org",
            "quay.io/org/app",
            "registry.example.com:5000",
            "registry:5000/team",
            "localhost",
            "localhost:5000",
            "10.0.0.1:5000",
            "[fd00::1]:5000",
            "https://quay.io",
            "https://index.docker.io/v1/",
            "docker.io",
            "quay.io/",
            "Registry.Example.com",
            "image-registry.openshift-image-registry.svc:5000",
        ] {
            assert_eq!(key_fault(key), None, "{key}");
        }
    }

    #[test]
    fn keys_that_no_image_has_are_named() {
        for (key, why) in [
            ("", "names no host"),
            ("https://", "names no host"),
            ("/org", "names no host"),
            ("ftp://quay.io", "no scheme"),
            ("docker://quay.io/a", "no scheme"),
            ("quay.io /org", "space"),
            ("quay.io\n", "space"),
            ("user@quay.io", "user's name"),
            ("quay.io/org/app@sha256:0", "digest"),
            ("quay.io/org/app:1.0", "tag"),
            ("quay.io/Org", "capital"),
            ("quay.io//org", "path"),
            ("quay.io/org?x=1", "path"),
            ("quay.io/org#x", "path"),
            ("quay.io:port/org", "port"),
            ("quay.io:0", "port"),
            ("quay.io:", "port"),
            ("ubuntu:20.04", "port"),
            ("quay_io.example", "host"),
            ("-quay.io", "host"),
            ("quay", "docker.io"),
            ("org/app", "docker.io"),
        ] {
            let (KeyFault::Never(found) | KeyFault::Doubtful(found)) = key_fault(key).expect(key);
            assert!(found.contains(why), "{key}: {found}");
        }
    }

    #[test]
    fn keys_that_programs_read_differently_are_doubtful() {
        for key in ["*.example.com", "https://quay.io/org", "quay.io/org/", "quay.io/*"] {
            assert!(matches!(key_fault(key), Some(KeyFault::Doubtful(_))), "{key}: {:?}", key_fault(key));
        }
    }

    #[test]
    fn one_registry_has_one_normalised_key() {
        for (key, expected) in [
            ("https://index.docker.io/v1/", "docker.io"),
            ("registry-1.docker.io", "docker.io"),
            ("docker.io/org", "docker.io/org"),
            ("https://Quay.io/", "quay.io"),
            ("quay.io/org/", "quay.io/org"),
            ("https://registry.example.com:5000/v2/", "registry.example.com:5000"),
            ("registry.example.com/v1beta", "registry.example.com/v1beta"),
        ] {
            assert_eq!(normalised(key), expected);
        }
    }
}
