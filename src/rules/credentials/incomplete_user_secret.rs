//! The Secret with the user's credentials, without all the keys that the operator reads for the backend.
//!
//! Where the objects do not say which backend, the keys of any one are enough.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes, nearest};
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::rules::context::storage_failing;
use crate::rules::held::{Held, Holder, holders, keys};
use crate::rules::{BundleContext, Check, Rule, credentials};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::INCOMPLETE_USER_SECRET, check: Check::Bundle(check) };

/// A complete set of keys of a backend, and the minor from which the operator reads it.
struct Set {
    backend: &'static str,
    since: Minor,
    keys: &'static [&'static str],
}

/// Every set that the operator reads.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage/*`.
const SETS: &[Set] = &[
    Set {
        backend: "s3",
        since: Minor::FIRST,
        keys: &["REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"],
    },
    Set { backend: "gcs", since: Minor::FIRST, keys: &["REGISTRY_STORAGE_GCS_KEYFILE"] },
    Set { backend: "azure", since: Minor::FIRST, keys: &["REGISTRY_STORAGE_AZURE_ACCOUNTKEY"] },
    Set {
        backend: "swift",
        since: Minor::FIRST,
        keys: &["REGISTRY_STORAGE_SWIFT_USERNAME", "REGISTRY_STORAGE_SWIFT_PASSWORD"],
    },
    Set {
        backend: "swift",
        since: Minor::of(4, 10),
        keys: &[
            "REGISTRY_STORAGE_SWIFT_APPLICATIONCREDENTIALID",
            "REGISTRY_STORAGE_SWIFT_APPLICATIONCREDENTIALNAME",
            "REGISTRY_STORAGE_SWIFT_APPLICATIONCREDENTIALSECRET",
        ],
    },
    Set { backend: "swift", since: Minor::of(4, 20), keys: &["REGISTRY_STORAGE_SWIFT_TOKENID"] },
    Set { backend: "ibmcos", since: Minor::of(4, 9), keys: &["REGISTRY_STORAGE_IBMCOS_IAMAPIKEY"] },
    Set { backend: "oss", since: Minor::of(4, 10), keys: &["credentials"] },
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let mut holders = holders(ctx, Held::Secret, USER_SECRET);
    holders.retain(|holder| holder.namespace == REGISTRY_NAMESPACE);
    let (Some(has), [holder, ..]) = (keys(&holders), &*holders) else { return };
    let backend = ctx.backend();
    // Which of several backends is meant is not known, and said as such.
    if ctx.backends().nth(1).is_some() || (ctx.config().is_some() && !ctx.is_managed()) {
        return;
    }
    let is_of = |set: &&Set| backend.is_none_or(|backend| backend.name == set.backend);
    let sets: Vec<&Set> = SETS.iter().filter(is_of).collect();
    let is_complete = |set: &&Set| set.keys.iter().all(|key| has.contains(key));
    match (sets.iter().find(|set| is_complete(set)), backend) {
        (Some(set), Some(_)) if set.since > ctx.target.first() => findings.push(not_read_yet(ctx, *holder, set)),
        (Some(_), _) => {}
        (None, _) if sets.is_empty() => {}
        (None, Some(backend)) => {
            let finding = incomplete(*holder, &sets, &has).note_at(backend.entry.key.place(), "the backend");
            findings.push(finding);
        }
        (None, None) => {
            let message = "the Secret has no complete set of the keys that the operator reads";
            let finding = Diagnostic::new(RULE.code, Severity::Warning, holder.name.place(), message).note(
                "where the Secret exists, the operator takes nothing from the credentials that the cluster mints",
            );
            findings.push(finding.help(help(&sets, &has)));
        }
    }
}

fn incomplete(holder: Holder<'_>, sets: &[&Set], has: &[&str]) -> Diagnostic {
    let lacking = |set: &Set| set.keys.iter().copied().filter(|key| !has.contains(key)).collect::<Vec<_>>();
    let secret = credentials::secret();
    let (message, text) = if let [set] = sets {
        let lacking = lacking(set);
        let names: Vec<String> = lacking.iter().map(|key| format!("`{key}`")).collect();
        let first = lacking.first().copied().unwrap_or_default();
        let text = format!("secret \"{secret}\" does not contain required key \"{first}\"");
        (format!("the Secret lacks {}", names.join(" and ")), text)
    } else {
        let first = sets.first().and_then(|set| set.keys.first()).copied().unwrap_or_default();
        let text = format!("secret \"{secret}\" does not contain required keys '{first}' and …");
        ("the Secret has no complete set of keys".to_owned(), text)
    };
    Diagnostic::error(RULE.code, holder.name.place(), message)
        .note(storage_failing(&text))
        .note("where the Secret exists, the operator takes nothing from the credentials that the cluster mints")
        .help(help(sets, has))
}

fn not_read_yet(ctx: &BundleContext<'_>, holder: Holder<'_>, set: &Set) -> Diagnostic {
    let message =
        format!("OpenShift {} does not read `{}`, which {} begins to read", ctx.target.first(), set.keys[0], set.since);
    Diagnostic::error(RULE.code, holder.name.place(), message)
        .note(storage_failing(&format!("secret \"{}\" does not contain required keys …", credentials::secret())))
        .help("give the keys of another way to sign in until the cluster is upgraded")
}

fn help(sets: &[&Set], has: &[&str]) -> String {
    let wanted = || sets.iter().flat_map(|set| set.keys.iter().copied()).filter(|key| !has.contains(key));
    // The key of another backend is what it says, and no misspelling.
    let mut unknown = has.iter().filter(|key| !SETS.iter().any(|set| set.keys.contains(key)));
    let misspelled = unknown.find_map(|key| Some((key, nearest(key, wanted())?)));
    if let Some((key, near)) = misspelled {
        return format!("rename the key {} to `{near}`", quoted(key));
    }
    // The set of which most is there, the first of several.
    let most = sets.iter().rev().max_by_key(|set| set.keys.iter().filter(|key| has.contains(key)).count());
    let missing = most.into_iter().flat_map(|set| set.keys).filter(|key| !has.contains(key));
    let names: Vec<String> = missing.map(|key| format!("`{key}`")).collect();
    format!("add {}", names.join(" and "))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config, manifest, with_credentials};

    const S3: &str = "s3: {bucket: b, region: r}";

    fn secret(keys: &[&str]) -> String {
        let data: Vec<String> = keys.iter().map(|key| format!("REGISTRY_STORAGE_{key}: \"${{later}}\"")).collect();
        let name = "openshift-image-registry/image-registry-private-configuration-user";
        manifest("v1 Secret", name, &format!("data: {{{}}}", data.join(", ")))
    }

    fn on(storage: &str, keys: &[&str]) -> String {
        config(&format!("{{managementState: Managed, storage: {{{storage}}}}}")) + &secret(keys)
    }

    #[test]
    fn the_secret_has_the_keys_of_the_backend() {
        let at = "error RC0538 at image-registry-private-configuration-user";
        check_objects("4.16", &on(S3, &["S3_ACCESSKEY"]), &[at]);
        let says = "does not contain required key \"REGISTRY_STORAGE_S3_SECRETKEY\"`";
        check_objects_say("4.16", &on(S3, &["S3_ACCESSKEY"]), says);
        check_objects("4.16", &on(S3, &["GCS_KEYFILE"]), &[at]);
        check_objects("4.16", &on(S3, &["S3_ACCESSKEY", "S3_SECRETKEY"]), &[]);
        check_objects("4.16", &on("azure: {accountName: a, container: c}", &["AZURE_ACCOUNTKEY"]), &[]);
        check_objects("4.16", &on("pvc: {claim: c}", &["GCS_KEYFILE"]), &[]);
    }

    #[test]
    fn one_of_several_sets_is_enough_where_it_is_read() {
        let swift = "swift: {container: c, authURL: \"https://a.example.com/v3\"}";
        let at = "error RC0538 at image-registry-private-configuration-user";
        check_objects("4.16", &on(swift, &["SWIFT_USERNAME", "SWIFT_PASSWORD"]), &[]);
        check_objects("4.16", &on(swift, &["SWIFT_USER", "SWIFT_PASSWORD"]), &[at]);
        let says = "rename the key `REGISTRY_STORAGE_SWIFT_USER` to `REGISTRY_STORAGE_SWIFT_USERNAME`";
        check_objects_say("4.16", &on(swift, &["SWIFT_USER", "SWIFT_PASSWORD"]), says);
        check_objects("4.16", &on(swift, &["SWIFT_TOKENID"]), &[at]);
        check_objects("4.16..4.20", &on(swift, &["SWIFT_TOKENID"]), &[at]);
        check_objects("4.20", &on(swift, &["SWIFT_TOKENID"]), &[]);
    }

    #[test]
    fn without_a_backend_any_set_may_be_meant() {
        check_objects("4.16", &secret(&["S3_ACCESSKEY", "S3_SECRETKEY"]), &[]);
        check_objects(
            "4.16",
            &secret(&["S3_ACCESSKEY"]),
            &["warning RC0538 at image-registry-private-configuration-user"],
        );
    }

    #[test]
    fn a_key_of_another_backend_is_no_misspelling() {
        let azure = on("azure: {accountName: a, container: c}", &["S3_ACCESSKEY"]);
        check_objects_say("4.16", &azure, "add `REGISTRY_STORAGE_AZURE_ACCOUNTKEY`");
    }

    #[test]
    fn what_a_spec_renders_is_complete() {
        check("aws-upi 4.16", &with_credentials(S3, &["accessKey", "secretKey"]), &[]);
    }
}
