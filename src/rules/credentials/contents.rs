//! What the rules on the contents of Secrets share: the plain values of manifests, each with what reads it.
//!
//! A rendered Secret holds slots, whose bytes are judged when they are revealed. No finding says anything of a value but
//! what is wrong with its kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::diag::{Code, Findings};
use crate::name::ObjectName;
use crate::rules::BundleContext;
use crate::secret::content::{Reader, signing_key};
use crate::stand_in::stands_in;
use crate::tree::{Entry, Node};

/// Says what is wrong with plain values, as far as it is of a code.
pub(super) fn say(ctx: &BundleContext<'_>, code: &Code, findings: &mut Findings) {
    if ctx.backends().nth(1).is_some() || (ctx.config().is_some() && !ctx.is_managed()) {
        return;
    }
    let backend = ctx.backend();
    let signing_key = signing_key(ctx.objects().map(|(_, object)| object));
    for (named, object) in ctx.objects().filter(|(named, _)| (named.group, named.kind) == ("", "Secret")) {
        for (key, entry) in values(object) {
            let reader = reader(&named, key, signing_key);
            let reader = reader.filter(|reader| backend.is_none_or(|backend| backend.name == reader.backend()));
            let fault = reader.and_then(|reader| reader.fault(&plain(object, key, &entry.node)?));
            if let Some(fault) = fault.filter(|fault| fault.code() == code) {
                findings.push(fault.finding(key, entry.node.place()));
            }
        }
    }
}

fn reader(named: &ObjectName<'_>, key: &str, signing_key: Option<(&str, &str)>) -> Option<Reader> {
    Reader::of(named.namespace, named.name, key, signing_key)
}

/// Returns the keys of a Secret with their values; the API server writes `stringData` over `data`.
fn values(object: &Node) -> impl Iterator<Item = (&str, &Entry)> {
    let text = object.entries("stringData");
    let encoded = object.entries("data").filter(|(key, _)| object.at(&["stringData", key]).is_none());
    text.chain(encoded)
}

/// Returns the plain bytes of a value; none where it is encrypted, or stands for one that is put in later.
fn plain(object: &Node, key: &str, value: &Node) -> Option<Zeroizing<Vec<u8>>> {
    let written = value.as_str().filter(|text| !stands_in(text))?;
    let is_text = object.at(&["stringData", key]).is_some();
    let bytes =
        if is_text { written.as_bytes().to_vec() } else { STANDARD.decode(written.replace(['\n', '\r'], "")).ok()? };
    let bytes = Zeroizing::new(bytes);
    let is_later = std::str::from_utf8(&bytes).is_ok_and(stands_in);
    (!is_later).then_some(bytes)
}
