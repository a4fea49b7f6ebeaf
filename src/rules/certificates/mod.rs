//! The contents of a spec that hold certificates, read into what the rules on certificates ask.
//!
//! Comes in: the spec and the files that it names, or manifests. Goes out: a [`Bundle`] for each content, with a place for
//! each block.
//! What is wrong with a block is the rules' to say; no byte of a private key is kept.

pub(super) mod certificate_not_valid;
pub(super) mod no_certificate;
pub(super) mod not_an_authority;
pub(super) mod private_key;
pub(super) mod unreadable_certificate;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Version;

use crate::diag::Diagnostic;
use crate::load::Contents;
use crate::pem;
use crate::rules::bundle::{BundleContext, CONFIG_NAMESPACE};
use crate::rules::context::SpecContext;
use crate::spec::{Content, Spec, Storage};
use crate::tree::{Node, Place, Source};

/// The key of the ConfigMap that S3 trusts.
const STORAGE_KEY: &str = "ca-bundle.crt";

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
    /// The time, in seconds since 1970, for what expires.
    pub(super) as_of: i64,
}

impl<'r> CertificatesContext<'r> {
    /// Makes the context of what a spec names.
    pub(super) fn of_spec(ctx: &SpecContext<'r>) -> Self {
        Self { bundles: bundles(ctx.spec, ctx.contents), as_of: ctx.as_of }
    }

    /// Makes the context of what manifests hold, where certificates in them are to be judged.
    pub(super) fn of_manifests(ctx: &BundleContext<'r>) -> Self {
        match ctx.time() {
            Some(as_of) => Self { bundles: held(ctx), as_of },
            None => Self { bundles: vec![], as_of: 0 },
        }
    }
}

/// A content that holds certificates.
#[derive(Debug)]
pub(super) struct Bundle<'r> {
    /// What they are for.
    pub(super) purpose: Use,
    /// The text that names the file, or that is the content.
    pub(super) named: &'r Node,
    /// Whether the content stands in a file of its own.
    pub(super) is_file: bool,
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

/// What a PEM block is.
#[derive(Debug)]
pub(super) enum What {
    /// A certificate.
    Certificate(Certificate),
    /// A block that says it is a certificate, and why it is none.
    Broken(&'static str),
    /// A private key of some kind.
    PrivateKey,
    /// Anything else, by its label.
    Other(String),
}

/// What the rules ask of a certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    /// Whose it is.
    pub(super) subject: String,
    /// When it becomes valid, in seconds since 1970, and that day.
    pub(super) from: (i64, String),
    /// When it stops being valid, in seconds since 1970, and that day.
    pub(super) until: (i64, String),
    /// Whether it may sign others.
    pub(super) is_authority: bool,
}

impl Bundle<'_> {
    /// Returns the certificates, each with its place.
    pub(super) fn certificates(&self) -> impl Iterator<Item = (&Place, &Certificate)> {
        self.blocks.iter().filter_map(|block| match &block.what {
            What::Certificate(certificate) => Some((&block.place, certificate)),
            _ => None,
        })
    }

    /// Adds to a finding within a file where the spec names that file.
    pub(super) fn named_in(&self, finding: Diagnostic) -> Diagnostic {
        let named = self.named.place();
        if self.is_file && finding.place != *named { finding.note_at(named, "named here") } else { finding }
    }
}

impl Certificate {
    /// Tells whether it is valid at a time.
    pub(super) fn is_valid(&self, as_of: i64) -> bool {
        self.from.0 <= as_of && as_of <= self.until.0
    }
}

/// Returns every content of a spec that holds certificates and is no secret, in written order.
fn bundles<'r>(spec: Spec<'r>, contents: &'r Contents) -> Vec<Bundle<'r>> {
    let cas = spec.registry_cas().map(|(_, entry)| (Use::Trusted, &entry.node));
    let backends = spec.storage().into_iter().flat_map(Storage::backends);
    let storage = backends.filter_map(|backend| backend.settings().at(&["trustedCA", "bundle"]));
    let storage = storage.map(|content| (Use::Trusted, content));
    let routes = spec.routes().flat_map(|route| {
        let served = route.tls("certificate").map(|content| (Use::Served, content));
        let authority = route.tls("caCertificate").map(|content| (Use::Trusted, content));
        served.into_iter().chain(authority)
    });
    cas.chain(storage)
        .chain(routes)
        .filter_map(|(purpose, content)| bundle(purpose, Content::of(content)?, contents))
        .collect()
}

fn bundle<'r>(purpose: Use, content: Content<'r>, contents: &'r Contents) -> Option<Bundle<'r>> {
    let (named, source): (&Node, Option<&Arc<Source>>) = match content {
        Content::File(file) => (file, Some(contents.of(file)?.source.as_ref()?)),
        Content::Text(text) => (text, None),
        Content::Secret(_) => return None,
    };
    let Some(source) = source else { return Some(in_place(purpose, named, named.as_str().unwrap_or_default())) };
    let text = source.text();
    let blocks = pem::blocks(text).into_iter().map(|block| {
        let first_line = text[block.range.clone()].lines().next().unwrap_or_default().len();
        let place = Place::new(source, block.range.start..block.range.start + first_line);
        Block { place, what: what(block) }
    });
    Some(Bundle { purpose, named, is_file: true, blocks: blocks.collect() })
}

/// Returns every content of manifests that holds certificates and is no secret: what image.config and S3 trust.
fn held<'o>(ctx: &BundleContext<'o>) -> Vec<Bundle<'o>> {
    let of_registries = ctx.registry_cas().map(|(_, entry)| &entry.node);
    let of_storage = ctx.only("s3").and_then(|s3| {
        let name = s3.get("trustedCA")?.get("name")?.as_str()?;
        ctx.object("", "ConfigMap", CONFIG_NAMESPACE, name)?.at(&["data", STORAGE_KEY])
    });
    let is_encoded = |node: &Node| {
        let encoded = ctx.trusted_cas().and_then(|map| map.get("binaryData")).and_then(Node::as_map);
        encoded.is_some_and(|encoded| encoded.values().any(|entry| std::ptr::eq(&raw const entry.node, node)))
    };
    let bundles = of_registries.chain(of_storage).filter_map(|node| {
        if is_encoded(node) {
            let text = String::from_utf8(STANDARD.decode(node.as_str()?).ok()?).ok()?;
            return Some(in_place(Use::Trusted, node, &text));
        }
        Some(in_place(Use::Trusted, node, node.as_str()?))
    });
    bundles.collect()
}

/// Reads certificates that stand in YAML. Each has the place of its first line where the text stands there as it is.
fn in_place<'r>(purpose: Use, named: &'r Node, text: &str) -> Bundle<'r> {
    let place = named.place();
    let written = place.text();
    let marks: Vec<usize> = written.match_indices("-----BEGIN ").map(|(at, _)| at).collect();
    let blocks = pem::blocks(text);
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
        Block { place, what: what(block) }
    });
    Bundle { purpose, named, is_file: false, blocks: blocks.collect() }
}

fn what(block: pem::Block) -> What {
    if block.label.ends_with("PRIVATE KEY") {
        return What::PrivateKey;
    }
    if block.label != "CERTIFICATE" {
        return What::Other(block.label);
    }
    let Some(der) = block.der else { return What::Broken("it is not base64 between its two marks") };
    match X509Certificate::from_der(&der) {
        Ok(([], certificate)) => What::Certificate(facts(&certificate)),
        Ok(_) => What::Broken("bytes are left over after the certificate"),
        Err(_) => What::Broken("its bytes are not an X.509 certificate"),
    }
}

fn facts(certificate: &X509Certificate<'_>) -> Certificate {
    let validity = certificate.validity();
    let day = |time: x509_parser::time::ASN1Time| (time.timestamp(), time.to_datetime().date().to_string());
    // Go, which operator and nodes are written in, takes certificates of version 1 as authorities; those of version 3
    // must say that they are.
    let constraints = certificate.basic_constraints();
    let is_authority = match (certificate.version(), constraints) {
        (X509Version::V3, Ok(constraints)) => constraints.is_some_and(|constraints| constraints.value.ca),
        (_, _) => true,
    };
    Certificate {
        subject: certificate.subject().to_string(),
        from: day(validity.not_before),
        until: day(validity.not_after),
        is_authority,
    }
}
