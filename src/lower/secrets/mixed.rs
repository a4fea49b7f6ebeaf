//! Why the values of one Secret cannot reach the cluster in two ways.

use super::Delivery;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, codes};
use crate::tree::Node;

/// Says that a Secret would be delivered in two ways, and why none of its values can go in the other's.
pub(super) fn deliveries(secret: &Node, first: (Delivery, &Node), second: (Delivery, &Node)) -> Diagnostic {
    let name = quoted(secret.as_str().unwrap_or_default());
    let message =
        format!("Secret {name} would need two deliveries at once: {}, and {}", object(first.0), object(second.0));
    Diagnostic::error(&codes::MIXED_DELIVERY, second.1.place(), message)
        .note_at(first.1.place(), "the other one")
        .note(why(first.0, second.0))
        .help("take all its values from one kind of source: one object fills a Secret")
}

/// Names the object that fills a Secret.
fn object(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::External => "an ExternalSecret",
        Delivery::Sealed => "a SealedSecret",
        Delivery::Encrypted => "a Secret encrypted with SOPS",
        Delivery::Plain => "a Secret that regcfg fills",
        Delivery::There => "a Secret that is there already",
        Delivery::Public => "a Secret without secrets",
    }
}

/// Says why two deliveries cannot fill one Secret together.
fn why(one: Delivery, other: Delivery) -> &'static str {
    use Delivery::{Encrypted, External, Plain, Sealed, There};
    let is = |delivery| [one, other].contains(&delivery);
    match () {
        () if is(There) => "nothing is written into a Secret that is there already: it must have every key itself",
        () if is(Encrypted) => {
            "a Secret encrypted with SOPS is passed on byte for byte: no key can be added to it, and what is written beside it is written over"
        }
        () if is(External) && is(Sealed) => {
            "the External Secrets Operator and the controller of Sealed Secrets would each replace what the other wrote"
        }
        () if is(External) && is(Plain) => {
            "what applies the Secret and the External Secrets Operator would each replace what the other wrote"
        }
        () if is(Sealed) && is(Plain) => {
            "the controller of Sealed Secrets leaves a Secret alone that something else applies: `already exists and is not managed by SealedSecret`"
        }
        () => "one object fills a Secret",
    }
}
