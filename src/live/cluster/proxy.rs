//! Which proxy leads to a server, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say it.
//!
//! Source: golang/net `http/httpproxy/proxy.go`, by which `oc` and `kubectl` decide.

use std::net::IpAddr;

use http::Uri;

/// What the environment says of proxies; texts are empty where it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// The proxy to servers with TLS.
    pub https: String,
    /// The proxy to servers without.
    pub http: String,
    /// Where no proxy leads, separated by commas.
    pub none: String,
}

impl Proxies {
    /// Reads the variables by a function that returns one; each may be in capitals or in small letters.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| {
            let named = |name: &str| variable(name).filter(|value| !value.is_empty());
            named(name).or_else(|| named(&name.to_ascii_lowercase())).unwrap_or_default()
        };
        Self { https: either("HTTPS_PROXY"), http: either("HTTP_PROXY"), none: either("NO_PROXY") }
    }

    /// Returns the proxy that leads to a server; none where none does.
    pub(super) fn to(&self, server: &Uri) -> Option<&str> {
        let is_tls = server.scheme_str() == Some("https");
        let proxy = if is_tls { &self.https } else { &self.http };
        let port = server.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let host = server.host()?.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        (!proxy.is_empty() && !self.skips(&host, port)).then_some(proxy)
    }

    fn skips(&self, host: &str, port: u16) -> bool {
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return true;
        }
        self.none
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .any(|entry| entry == "*" || matches_entry(&entry.to_ascii_lowercase(), host, address, port))
    }
}

fn matches_entry(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if let Some((network, bits)) = entry.split_once('/') {
        return network.parse().is_ok_and(|network: IpAddr| {
            address.zip(bits.parse().ok()).is_some_and(|(address, bits)| is_within(address, network, bits))
        });
    }
    let (name, wanted) = with_port(entry);
    if wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    match (name.parse::<IpAddr>(), address) {
        (Ok(named), Some(address)) => named == address,
        (Ok(_), None) | (Err(_), Some(_)) => false,
        (Err(_), None) => match name.strip_prefix("*.").or_else(|| name.strip_prefix('.')) {
            // With a dot before it, it stands for what is below alone.
            Some(domain) => is_below(host, domain),
            None => host == name || is_below(host, name),
        },
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|start| start.len() > 1 && start.ends_with('.'))
}

/// Splits `host:port`, `[v6]:port`, or either without a port.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    if entry.parse::<IpAddr>().is_ok() {
        return (entry, None);
    }
    match entry.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => (name.trim_matches(['[', ']']), port.parse().ok()),
        _ => (entry.trim_matches(['[', ']']), None),
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let shift = 32 - bits;
            shift == 32 || address.to_bits() >> shift == network.to_bits() >> shift
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let shift = 128 - bits;
            shift == 128 || address.to_bits() >> shift == network.to_bits() >> shift
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(none: &str, server: &str) -> bool {
        let proxies = Proxies { https: "http://proxy:3128".into(), none: none.into(), ..Proxies::default() };
        proxies.to(&server.parse().unwrap()).is_some()
    }

    #[test]
    fn no_proxy_is_about_the_server_and_not_about_the_proxy() {
        assert!(to("proxy", "https://api.example.com:6443"));
        assert!(!to("api.example.com", "https://api.example.com:6443"));
        assert!(!to("example.com", "https://api.example.com:6443"));
        assert!(!to(".example.com", "https://API.example.com:6443"));
        assert!(!to("*.example.com", "https://api.example.com:6443"));
        assert!(to(".example.com", "https://example.com"));
        assert!(to("ample.com", "https://example.com"));
        assert!(!to("api.example.com:6443", "https://api.example.com:6443"));
        assert!(to("api.example.com:443", "https://api.example.com:6443"));
        assert!(!to(" a , *", "https://api.example.com:6443"));
    }

    #[test]
    fn addresses_are_matched_by_number_and_by_network() {
        assert!(!to("10.0.0.0/8", "https://10.11.12.13:6443"));
        assert!(to("10.0.0.0/16", "https://10.11.12.13:6443"));
        assert!(!to("0.0.0.0/0", "https://10.11.12.13:6443"));
        assert!(to("10.0.0.0/99", "https://10.11.12.13:6443"));
        assert!(!to("2001:db8::/32", "https://[2001:db8::1]:6443"));
        assert!(!to("[2001:db8::1]:6443", "https://[2001:db8::1]:6443"));
        assert!(!to("2001:db8::1", "https://[2001:db8::1]:6443"));
        assert!(to("10.1.1.1", "https://10.1.1.2"));
    }

    #[test]
    fn what_is_on_this_machine_needs_no_proxy_and_tls_decides_which_one() {
        assert!(!to("", "https://127.0.0.1:6443"));
        assert!(!to("", "https://localhost:6443"));
        let proxies = Proxies::of(|name| (name == "http_proxy").then(|| "http://p".to_owned()));
        assert_eq!(proxies.to(&"http://api".parse().unwrap()), Some("http://p"));
        assert_eq!(proxies.to(&"https://api".parse().unwrap()), None);
    }
}
