//! Whether a certificate's name is that of a host, as clients match it.
//!
//! Source: golang/go `src/crypto/x509/verify.go`, `matchHostnames`; RFC 6125. OpenSSL also takes a `*` within a label
//! unless it is told not to, and no `*` right below a top-level domain; for hosts of a cluster that makes no difference.

/// Tells whether a name in a certificate matches a host. A `*` stands for one whole label, the first.
pub fn matches_host(name: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let (mut of_name, mut of_host) = (name.split('.'), host.split('.'));
    if name.is_empty() || host.is_empty() {
        return false;
    }
    let mut is_first = true;
    loop {
        match (of_name.next(), of_host.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) if is_first => {}
            (Some(label), Some(other)) if label.eq_ignore_ascii_case(other) => {}
            _ => return false,
        }
        is_first = false;
    }
}

/// Tells whether a host is a domain, or below it. A domain that begins with a dot is not its own.
///
/// Source: golang/go `src/crypto/x509/verify.go`, `matchDomainConstraint`.
pub(super) fn is_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    if let Some(rest) = domain.strip_prefix('.') {
        return host.strip_suffix(rest).is_some_and(|start| start.len() > 1 && start.ends_with('.'));
    }
    domain.is_empty() || host.strip_suffix(&*domain).is_some_and(|start| start.is_empty() || start.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_the_first_label_alone() {
        for (name, host) in [
            ("r.example.com", "r.example.com"),
            ("R.Example.com", "r.example.COM"),
            ("*.example.com", "r.example.com"),
            ("r.example.com", "r.example.com."),
        ] {
            assert!(matches_host(name, host), "{name} {host}");
        }
        for (name, host) in [
            ("*.example.com", "example.com"),
            ("*.example.com", "a.r.example.com"),
            ("r*.example.com", "r1.example.com"),
            ("a.*.com", "a.example.com"),
            ("example.com", "r.example.com"),
            ("", ""),
            ("*", ""),
        ] {
            assert!(!matches_host(name, host), "{name} {host}");
        }
    }

    #[test]
    fn a_domain_has_all_below_it() {
        assert!(is_below("r.example.com", "example.com") && is_below("example.com", "Example.com"));
        assert!(is_below("r.example.com", ".example.com") && is_below("r.example.com", ""));
        assert!(!is_below("rexample.com", "example.com") && !is_below("example.com", ".example.com"));
    }
}
