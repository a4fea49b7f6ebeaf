//! What the rules on the contents of Secrets share: the plain values of manifests, each with what reads it.
//!
//! A rendered Secret holds slots, whose bytes are judged when they are revealed. No finding says anything of a value but
//! what is wrong with its kind.

use zeroize::Zeroizing;

use crate::diag::{Code, Findings};
use crate::name::ObjectName;
use crate::rules::BundleContext;
use crate::secret::clear;
use crate::secret::content::{Reader, signing_key};
use crate::tree::Node;

/// Says what is wrong with plain values, as far as it is of a code.
pub(super) fn say(ctx: &BundleContext<'_>, code: &Code, findings: &mut Findings) {
    if ctx.backends().nth(1).is_some() || (ctx.config().is_some() && !ctx.is_managed()) {
        return;
    }
    let backend = ctx.backend();
    let signing_key = signing_key(ctx.objects().map(|(_, object)| object));
    for (named, object) in ctx.objects().filter(|(named, _)| (named.group, named.kind) == ("", "Secret")) {
        for (key, entry) in clear::entries(object) {
            let reader = reader(&named, key, signing_key);
            let reader = reader.filter(|reader| backend.is_none_or(|backend| backend.name == reader.backend()));
            let fault = reader.and_then(|reader| reader.fault(&plain(object, key)?));
            if let Some(fault) = fault.filter(|fault| fault.code() == code) {
                findings.push(fault.finding(key, entry.node.place()));
            }
        }
    }
}

fn reader(named: &ObjectName<'_>, key: &str, signing_key: Option<(&str, &str)>) -> Option<Reader> {
    Reader::of(named.namespace, named.name, key, signing_key)
}

/// Returns the plain bytes of a value; none where it is not in clear, or stands for one that is put in later.
fn plain(object: &Node, key: &str) -> Option<Zeroizing<Vec<u8>>> {
    clear::bytes(object, key).filter(|bytes| !clear::is_put_in_later(bytes))
}
