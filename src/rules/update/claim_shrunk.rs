//! A claim that shrinks: the API server takes no such change.

use super::{UpdateContext, name_of};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::CLAIM_SHRUNK, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    for (old, new) in ctx.both_of("PersistentVolumeClaim") {
        let size = |claim: &'_ Node| claim.at(&["spec", "resources", "requests", "storage"]).cloned();
        let (Some(was), Some(is)) = (size(old), size(new)) else { continue };
        let (Some(before), Some(after)) = (amount(&was), amount(&is)) else { continue };
        if after >= before {
            continue;
        }
        let message = format!("the claim {} shrinks, which no claim can", quoted(name_of(new)));
        let finding = Diagnostic::error_about(RULE.code, &is.origin, message);
        findings.push(
            ctx.was(finding, &was, "its size before")
                .note("the API server refuses it: `spec.resources.requests.storage: Forbidden: field can not be less than previous value`")
                .help("keep the size, or create a smaller claim of another name and copy the images"),
        );
    }
}

/// Reads a quantity: digits, then a power of 2 or 10, as a suffix or an exponent.
pub(crate) fn amount(quantity: &Node) -> Option<f64> {
    const SUFFIXES: &[(&str, f64)] = &[
        ("Ki", 1_024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let Some(text) = quantity.as_str() else { return quantity.as_int().map(|number| number as f64) };
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = suffix.unwrap_or((text, 1.0));
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::claim;

    #[test]
    fn a_claim_grows_and_never_shrinks() {
        let sized =
            |size: &str| claim(&format!("accessModes: [ReadWriteOnce], resources: {{requests: {{storage: {size}}}}}"));
        check_update("4.16", &sized("100Gi"), &sized("50Gi"), &["error RC0609 at 50Gi"]);
        check_update_says("4.16", &sized("100Gi"), &sized("1e9"), "field can not be less than previous value");
        check_update("4.16", &sized("100Gi"), &sized("100G"), &["error RC0609 at 100G"]);
        for same_or_more in ["100Gi", "102400Mi", "200Gi", "1Ti", "1e12"] {
            check_update("4.16", &sized("100Gi"), &sized(same_or_more), &[]);
        }
    }
}
