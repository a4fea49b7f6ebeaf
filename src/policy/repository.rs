//! The URLs of Git repositories, compared so that no two repositories are taken for one.
//!
//! What means the same is written one way: the host in lower case, the port of the scheme left out, without `.git` and
//! slash at the end, without what authenticates over HTTPS, and `user@host:path` as `ssh://user@host/path`. All else must
//! be equal, the case of the path too, and what a server could read as another path is no URL here: `..`, empty parts,
//! escapes, backslashes, queries.

/// A repository, or repositories that differ in the last part of their path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository<'t> {
    scheme: Scheme,
    /// Whom one logs in as over SSH, where relative paths are that user's.
    user: Option<&'t str>,
    host: String,
    port: u16,
    path: Vec<&'t str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Https,
    Ssh,
}

impl Scheme {
    fn port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Ssh => 22,
        }
    }
}

/// What stands for any one part, as the last of a path.
const ANY: &str = "*";

/// Tells whether a URL is of the repositories that a pattern names; what is no URL is of none.
pub(super) fn is_of(url: &str, pattern: &str) -> bool {
    let (Ok(url), Ok(pattern)) = (read(url), read(pattern)) else { return false };
    // Nothing calls itself by the wildcard.
    let Some((last, parents)) = url.path.split_last().filter(|(last, _)| **last != ANY) else { return false };
    let Some((last_of_pattern, parents_of_pattern)) = pattern.path.split_last() else { return false };
    let is_same_server =
        (url.scheme, url.user, &url.host, url.port) == (pattern.scheme, pattern.user, &pattern.host, pattern.port);
    is_same_server && parents == parents_of_pattern && (*last_of_pattern == ANY || last == last_of_pattern)
}

/// Reads a URL or a pattern; the error says why it is none.
pub(super) fn read(text: &str) -> Result<Repository<'_>, &'static str> {
    let (scheme, authority, path) = if let Some((scheme, rest)) = text.split_once("://") {
        let scheme = match &*scheme.to_ascii_lowercase() {
            "https" => Scheme::Https,
            "ssh" => Scheme::Ssh,
            "http" => return Err("over plain HTTP, anyone on the way could answer for it"),
            _ => return Err("only `https` and `ssh` are known"),
        };
        let (authority, path) = rest.split_once('/').ok_or("it has no path")?;
        (scheme, authority, path)
    } else {
        let (authority, path) = text.split_once(':').ok_or("it is no URL")?;
        if authority.contains('/') {
            return Err("it is no URL");
        }
        (Scheme::Ssh, authority, path.strip_prefix('/').unwrap_or(path))
    };
    let (user, server) = match authority.split_once('@') {
        Some((user, server)) => (Some(user), server),
        None => (None, authority),
    };
    if !user.is_none_or(|user| is_user(user, scheme)) {
        return Err("its user has characters that no user of Git has");
    }
    let user = user.filter(|_| scheme == Scheme::Ssh);
    let (host, port) = host_and_port(server, scheme).ok_or("its host is none")?;
    Ok(Repository { scheme, user, host, port, path: parts(path)? })
}

fn host_and_port(server: &str, scheme: Scheme) -> Option<(String, u16)> {
    let (host, port) = if let Some((host, rest)) = server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_address = host.contains(':') && host.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        (is_address.then_some(host)?, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some(""))?)
    } else {
        let (host, port) = server.split_once(':').unwrap_or((server, ""));
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let is_name = !host.is_empty() && host.bytes().all(is_usual);
        (is_name.then_some(host)?, port)
    };
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = if port.is_empty() { scheme.port() } else { is_number.then(|| port.parse().ok())?? };
    Some((host.to_ascii_lowercase(), port))
}

/// Tells whether a text is a user, or for HTTPS also a user and a password, that no reader takes for the end of the host.
fn is_user(user: &str, scheme: Scheme) -> bool {
    let is_usual = |byte: u8| match byte {
        b'.' | b'-' | b'_' => true,
        b':' | b'%' | b'~' | b'+' | b'=' => scheme == Scheme::Https,
        other => other.is_ascii_alphanumeric(),
    };
    !user.is_empty() && user.bytes().all(is_usual)
}

/// Returns the parts of a path.
fn parts(path: &str) -> Result<Vec<&str>, &'static str> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    let n_parents = parts.len() - 1;
    for (at, part) in parts.iter().enumerate() {
        match *part {
            "" => return Err("its path has an empty part"),
            "." | ".." => return Err("its path has a part that leads elsewhere"),
            ANY if at == n_parents => {}
            part if part.contains('*') => return Err("`*` can only be the whole last part of the path"),
            part if !is_plain(part) => return Err("its path has characters that servers may read as another path"),
            _ => {}
        }
    }
    Ok(parts)
}

/// Tells whether a part of a path is read alike by all: letters, digits and a few signs, and the escaped blank.
fn is_plain(part: &str) -> bool {
    let is_usual = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b'+' | b'@' | b'=' | b',')
    };
    part.replace("%20", "").bytes().all(is_usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matches: &[&str], others: &[&str]) {
        assert!(read(pattern).is_ok(), "{pattern}: {:?}", read(pattern));
        for url in matches {
            assert!(is_of(url, pattern), "{url} is of {pattern}");
        }
        for url in others {
            assert!(!is_of(url, pattern), "{url} is not of {pattern}");
        }
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        check(
            "https://git.example.com/team-a/registry",
            &[
                "https://git.example.com/team-a/registry",
                "https://git.example.com/team-a/registry.git",
                "https://git.example.com/team-a/registry/",
                "https://git.example.com/team-a/registry.git/",
                "HTTPS://Git.Example.COM:443/team-a/registry",
                "https://git.example.com:/team-a/registry",
                "https://bot:token@git.example.com/team-a/registry",
            ],
            &[
                "https://git.example.com/team-a/Registry",
                "https://git.example.com/team-a/registry.git.git",
                "https://git.example.com/team-a/registry-2",
                "https://git.example.com/team-a/registry/x",
                "https://git.example.com/team-a",
                "https://git.example.com:8443/team-a/registry",
                "https://git.example.com.evil.example/team-a/registry",
                "https://git.example.com@evil.example/team-a/registry",
                "https://evil.example/git.example.com/team-a/registry",
                "https://a@git.example.com@evil.example/team-a/registry",
                "https://evil.example\\@git.example.com/team-a/registry",
                "https://evil.example?@git.example.com/team-a/registry",
                "https://evil.example#@git.example.com/team-a/registry",
                "https://@git.example.com/team-a/registry",
                "http://git.example.com/team-a/registry",
                "ssh://git@git.example.com/team-a/registry",
                "git@git.example.com:team-a/registry",
                " https://git.example.com/team-a/registry",
                "https://git.example.com/team-a/registry\n",
                "",
            ],
        );
        check(
            "ssh://git@git.example.com/team-a/registry.git",
            &[
                "git@git.example.com:team-a/registry.git",
                "git@git.example.com:/team-a/registry",
                "git@GIT.example.com:team-a/registry",
                "ssh://git@git.example.com:22/team-a/registry/",
            ],
            &[
                "mallory@git.example.com:team-a/registry",
                "git.example.com:team-a/registry",
                "git@git.example.com:2222/team-a/registry",
                "ssh://git@git.example.com:2222/team-a/registry",
                "https://git.example.com/team-a/registry",
                "git:password@git.example.com:team-a/registry",
            ],
        );
        check(
            "ssh://git@[2001:DB8::1]:7999/a/b",
            &["ssh://git@[2001:db8::1]:7999/a/b"],
            &["ssh://git@[2001:db8::1]/a/b"],
        );
        check("https://dev.example.com/o/My%20P/_git/r", &["https://dev.example.com/o/My%20P/_git/r"], &[]);
    }

    #[test]
    fn a_star_is_one_part_and_the_last() {
        check(
            "https://git.example.com/team-a/*",
            &["https://git.example.com/team-a/x", "https://git.example.com/team-a/y.git"],
            &[
                "https://git.example.com/team-a",
                "https://git.example.com/team-a/",
                "https://git.example.com/team-a/.git",
                "https://git.example.com/team-a/x/y",
                "https://git.example.com/team-a-evil/x",
                "https://git.example.com/team-b/x",
                "https://git.example.com/team-a/../team-b/x",
                "https://git.example.com/team-a/..",
                "https://git.example.com/team-a/x?y",
                "https://git.example.com/team-a/x#y",
                "https://git.example.com/team-a/%2e%2e%2fteam-b",
                "https://git.example.com/team-a/..%2Fteam-b",
                "https://git.example.com/team-a\\x",
                "https://git.example.com//team-a/x",
                "https://git.example.com/team-a//x",
                "https://git.example.com/team-a/*",
                "https://git.example.com/team-a/ä",
                "https://evil.example/team-a/x",
                "https://git.example.com:443@evil.example/team-a/x",
                "https://git.example.com\\@evil.example/team-a/x",
            ],
        );
        check("https://git.example.com/*", &["https://git.example.com/x"], &["https://git.example.com/x/y"]);
        check(
            "git@git.example.com:team-a/*",
            &["ssh://git@git.example.com/team-a/x"],
            &["git@git.example.com:team-b/x"],
        );
    }

    #[test]
    fn a_pattern_that_could_be_read_two_ways_is_none() {
        for (pattern, why) in [
            ("https://*/team-a/x", "its host is none"),
            ("https://*.example.com/team-a/x", "its host is none"),
            ("https://git.example.com/*/x", "`*` can only be"),
            ("https://git.example.com/team-*", "`*` can only be"),
            ("https://git.example.com/**", "`*` can only be"),
            ("https://git.example.com/", "an empty part"),
            ("https://git.example.com", "no path"),
            ("http://git.example.com/team-a/x", "plain HTTP"),
            ("file:///srv/git/x", "only `https` and `ssh`"),
            ("*", "no URL"),
            ("team-a/x", "no URL"),
            ("a/b:c", "no URL"),
            ("https://git.example.com/a/../b", "leads elsewhere"),
            ("https://git.example.com/a%2fb", "another path"),
            ("https://git.example.com:99999/a", "its host is none"),
            ("ssh://git:x@git.example.com/a", "its user"),
        ] {
            assert!(read(pattern).is_err_and(|said| said.contains(why)), "{pattern}: {:?}", read(pattern));
        }
    }
}
