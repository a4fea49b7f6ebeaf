//! The contents of a spec that hold certificates, read into what the rules on certificates ask.
//!
//! Comes in: the spec and the files that it names, or manifests. Goes out: a [`Bundle`] for each content, with a place for
//! each block, and the [`ServedRoute`]s that they are for.
//! What is wrong with a block is the rules' to say. Of private keys only those that stand in manifests in clear are kept,
//! in memory that is wiped; in a spec no key stands.

pub(super) mod broken_chain;
pub(super) mod certificate_not_valid;
pub(super) mod dated;
pub(super) mod foreign_block;
pub(super) mod host_not_in_certificate;
pub(super) mod key_of_other_certificate;
mod manifests;
pub(super) mod no_certificate;
pub(super) mod no_server_certificate;
pub(super) mod not_an_authority;
pub(super) mod private_key;
pub(super) mod signed_by_another;
pub(super) mod unreadable_certificate;
pub(super) mod unusable_key;
pub(super) mod weak_certificate;

use zeroize::Zeroizing;

use crate::diag::Diagnostic;
use crate::load::Contents;
use crate::rules::bundle::BundleContext;
use crate::rules::context::SpecContext;
use crate::spec::{Content, Spec, Storage};
use crate::target::{Minor, Target};
use crate::tree::{Node, Place};
use crate::x509::{self, Certificate, Signed, What, signed};

/// The first minor whose operator reports a route that is not admitted.
const REPORTED: Minor = Minor::of(4, 8);

/// What the certificates of a content are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Trusted to have signed others.
    Trusted,
    /// Shown to clients, the chain after the first.
    Served,
}

/// What a rule on certificates can see.
pub struct CertificatesContext<'r> {
    /// The contents that hold certificates.
    pub(super) bundles: Vec<Bundle<'r>>,
    /// The routes that serve some of them.
    pub(super) routes: Vec<ServedRoute<'r>>,
    /// The time, in seconds since 1970, for what expires.
    pub(super) as_of: i64,
    /// The OpenShift minors that they are for.
    pub(super) target: Target,
}

/// A route with certificates of its own. Its bundles are numbers of those of the context.
pub(super) struct ServedRoute<'r> {
    /// Its name.
    pub(super) name: String,
    /// Whether the registry operator makes it.
    pub(super) is_operators: bool,
    /// The host that it serves; none for the router's own choice, or where it serves several.
    pub(super) host: Option<&'r Node>,
    /// What it serves.
    pub(super) served: Option<usize>,
    /// Its `caCertificate`.
    pub(super) authority: Option<usize>,
    /// The text that holds its key, where that stands in clear, and the place that names it.
    pub(super) key: Option<ClearKey>,
}

/// A text in clear that holds a private key.
pub(super) struct ClearKey {
    /// Where it is named; never the text itself.
    pub(super) place: Place,
    /// The text.
    pub(super) text: Zeroizing<Vec<u8>>,
}

impl<'r> CertificatesContext<'r> {
    /// Makes the context of what a spec names.
    pub(super) fn of_spec(ctx: &SpecContext<'r>) -> Self {
        let (bundles, routes) = gathered(ctx.spec, ctx.contents);
        Self { bundles, routes, as_of: ctx.as_of, target: ctx.target }
    }

    /// Makes the context of what manifests hold, where certificates in them are to be judged.
    pub(super) fn of_manifests(ctx: &BundleContext<'r>) -> Self {
        let target = ctx.target;
        match ctx.time() {
            Some(as_of) => {
                let (bundles, routes) = manifests::gathered(ctx);
                Self { bundles, routes, as_of, target }
            }
            None => Self { bundles: vec![], routes: vec![], as_of: 0, target },
        }
    }

    /// Returns what a route serves.
    pub(super) fn served(&self, route: &ServedRoute<'_>) -> Option<&Bundle<'r>> {
        self.bundles.get(route.served?)
    }

    /// Returns what stands in the `caCertificate` of a route.
    pub(super) fn authority(&self, route: &ServedRoute<'_>) -> Option<&Bundle<'r>> {
        self.bundles.get(route.authority?)
    }

    /// Returns the certificate that a route shows as its own, with its place; none where another one stands first.
    pub(super) fn leaf(&self, route: &ServedRoute<'_>) -> Option<(&Place, &Certificate)> {
        self.served(route)?.leaf()
    }

    /// Words how the cluster shows that the router refuses a route, by the field and what it says of it.
    pub(super) fn not_admitted(&self, route: &ServedRoute<'_>, field: &str, why: &str) -> String {
        let says = format!("spec.tls.{field}: Invalid value: \"redacted {} data\": {why}", redacted(field));
        if !route.is_operators || self.target.last() < REPORTED {
            return format!("the router does not admit the route, reason `ExtendedValidationFailed`: `{says}`");
        }
        let host = route.host.and_then(Node::as_str).unwrap_or("…");
        degraded_route(&format!("route {} (host {host}, router default) not admitted: {says}", route.name))
    }
}

/// How the router calls what it does not show.
fn redacted(field: &str) -> &'static str {
    match field {
        "key" => "key",
        "caCertificate" => "ca certificate",
        _ => "certificate",
    }
}

fn degraded_route(text: &str) -> String {
    format!("the cluster would show Degraded=True, reason `RouteDegraded`: `{text}`")
}

/// A content that holds certificates.
#[derive(Debug)]
pub(super) struct Bundle<'r> {
    /// What they are for.
    pub(super) purpose: Use,
    /// Whether it is the `caCertificate` of a route, which the router serves after the route's own.
    pub(super) is_of_route: bool,
    /// The text that names the file, or that is the content.
    pub(super) named: &'r Node,
    /// Whether the content stands in a file of its own.
    pub(super) is_file: bool,
    /// Whether only its certificates reach the cluster, as those that a spec names do.
    pub(super) is_cleaned: bool,
    /// Its blocks in order.
    pub(super) blocks: Vec<Block>,
}

/// A PEM block.
#[derive(Debug)]
pub(super) struct Block {
    /// Its first line; for content in the spec itself the text that holds it.
    pub(super) place: Place,
    /// What it is.
    pub(super) what: What,
}

impl Bundle<'_> {
    /// Returns the certificates, each with its place.
    pub(super) fn certificates(&self) -> impl Iterator<Item = (&Place, &Certificate)> {
        self.blocks.iter().filter_map(|block| match &block.what {
            What::Certificate(certificate) => Some((&block.place, &**certificate)),
            _ => None,
        })
    }

    /// Returns the first certificate, which is shown as the server's own, unless it signed another one of them.
    pub(super) fn leaf(&self) -> Option<(&Place, &Certificate)> {
        let (place, first) = self.certificates().next()?;
        self.signed_by_first().is_none().then_some((place, first))
    }

    /// Returns a certificate that the first one signed, where there is one: then they are out of order.
    pub(super) fn signed_by_first(&self) -> Option<(&Place, &Certificate)> {
        let (_, first) = self.certificates().next()?;
        self.certificates()
            .skip(1)
            .find(|(_, other)| !other.is_same(first) && !other.is_self_issued() && signed(first, other) == Signed::Yes)
    }

    /// Adds to a finding within a file where the spec names that file.
    pub(super) fn named_in(&self, finding: Diagnostic) -> Diagnostic {
        let named = self.named.place();
        if self.is_file && finding.place != *named { finding.note_at(named, "named here") } else { finding }
    }
}

/// Returns every content of a spec that holds certificates and is no secret, in written order, and the routes among them.
fn gathered<'r>(spec: Spec<'r>, contents: &'r Contents) -> (Vec<Bundle<'r>>, Vec<ServedRoute<'r>>) {
    let cas = spec.registry_cas().map(|(_, entry)| &entry.node);
    let backends = spec.storage().into_iter().flat_map(Storage::backends);
    let storage = backends.filter_map(|backend| backend.settings().at(&["trustedCA", "bundle"]));
    let trusted = |content| bundle(Use::Trusted, Content::of(content)?, contents);
    let mut bundles: Vec<Bundle<'r>> = cas.chain(storage).filter_map(trusted).collect();
    let mut routes = Vec::new();
    for route in spec.routes() {
        let mut add = |purpose, field| {
            let bundle = bundle(purpose, Content::of(route.tls(field)?)?, contents)?;
            bundles.push(Bundle { is_of_route: true, ..bundle });
            Some(bundles.len() - 1)
        };
        let (served, authority) = (add(Use::Served, "certificate"), add(Use::Trusted, "caCertificate"));
        let (name, host) = (route.name.to_string(), route.hostname());
        routes.push(ServedRoute { name, is_operators: true, host, served, authority, key: None });
    }
    (bundles, routes)
}

fn bundle<'r>(purpose: Use, content: Content<'r>, contents: &'r Contents) -> Option<Bundle<'r>> {
    let named = match content {
        Content::File(file) => file,
        Content::Text(text) => return Some(in_place(purpose, text, text.as_str().unwrap_or_default(), true)),
        Content::Secret(_) => return None,
    };
    let content = contents.of(named)?;
    let source = content.source.as_ref()?;
    let blocks = content.blocks().iter().map(|block| {
        let first_line = source.text()[block.range.clone()].lines().next().unwrap_or_default().len();
        let place = Place::new(source, block.range.start..block.range.start + first_line);
        Block { place, what: block.what.clone() }
    });
    Some(Bundle { purpose, is_of_route: false, named, is_file: true, is_cleaned: true, blocks: blocks.collect() })
}

/// Reads certificates that stand in YAML. Each has the place of its first line where the text stands there as it is.
fn in_place<'r>(purpose: Use, named: &'r Node, text: &str, is_cleaned: bool) -> Bundle<'r> {
    let place = named.place();
    let written = place.text();
    let marks: Vec<usize> = written.match_indices("-----BEGIN ").map(|(at, _)| at).collect();
    let blocks = x509::blocks(text);
    let is_as_written = marks.len() == blocks.len() && written.lines().nth(1).is_some();
    let blocks = blocks.into_iter().enumerate().map(|(n, block)| {
        let place = match marks.get(n).filter(|_| is_as_written) {
            Some(at) => {
                let first_line = written[*at..].lines().next().unwrap_or_default().trim_end().len();
                let start = place.start as usize + at;
                Place::new(&place.source, start..start + first_line)
            }
            None => place.clone(),
        };
        let begins_line = text[..block.range.start].chars().next_back().is_none_or(|before| before == '\n');
        // Nobody on a cluster finds a mark in the middle of a line; behind a byte order mark there is none, too.
        let is_seen = is_cleaned || begins_line || !block.what.says_certificate();
        Block { place, what: if is_seen { block.what } else { What::Broken("its mark does not begin a line") } }
    });
    Bundle { purpose, is_of_route: false, named, is_file: false, is_cleaned, blocks: blocks.collect() }
}
