//! The commands that do what no manifest can do without taking something away: adding logins to the cluster's own pull
//! secret, and linking a pull secret to service accounts.
//!
//! They are printed for a person or a pipeline, and never run. No password stands on a command line: `podman login` asks
//! for it. `oc extract`, `oc set data` and `oc secrets link` are the same from OpenShift 4.4 on (upstream:
//! openshift/openshift-docs `modules/images-update-global-pull-secret.adoc`,
//! `modules/images-allow-pods-to-reference-images-from-secure-registries.adoc`).

use crate::diag::visible::visible;
use crate::spec::{LoginPart, PullSecret, Spec};
use crate::tree::Node;

/// What stands for a registry or a user where none is known.
const ANY_REGISTRY: &str = "REGISTRY";

/// Returns the commands that add a spec's `globalPullSecret` to the cluster's own pull secret; none where it has no logins.
pub fn global(spec: Spec<'_>) -> Vec<String> {
    let mut logins: Vec<(&str, Option<&str>)> = Vec::new();
    for login in spec.global_logins() {
        let username = match login.part("username") {
            Some(LoginPart::Text(name)) => name.as_str(),
            _ => None,
        };
        logins.push((login.registry, username));
    }
    if logins.is_empty() { Vec::new() } else { adding(&logins) }
}

/// Returns the commands that add logins to the cluster's own pull secret, each a registry and who signs in, where that is
/// known; without any the command for one of your choice. Each line runs only if those before did: a file that was not
/// brought out first would replace all logins.
pub fn adding(logins: &[(&str, Option<&str>)]) -> Vec<String> {
    let mut commands = vec![
        "dir=$(mktemp -d) &&".to_owned(),
        "oc extract secret/pull-secret -n openshift-config --keys=.dockerconfigjson --to=\"$dir\" &&".to_owned(),
    ];
    let chosen = [(ANY_REGISTRY, None)];
    let logins = if logins.is_empty() { &chosen[..] } else { logins };
    commands.extend(logins.iter().map(|(registry, username)| {
        let username = username.map(|name| format!(" --username {}", shell_word(name))).unwrap_or_default();
        let registry = no_options(&[registry]);
        format!("podman login --authfile \"$dir/.dockerconfigjson\"{username} {registry} &&")
    }));
    commands.push(
        "oc set data secret/pull-secret -n openshift-config --from-file=.dockerconfigjson=\"$dir/.dockerconfigjson\""
            .to_owned(),
    );
    commands.push("rm -r \"$dir\"".to_owned());
    commands
}

/// Joins the lines of commands to one that does the same.
pub fn in_one_line(commands: &[String]) -> String {
    let mut line = String::new();
    for command in commands {
        line += match line.is_empty() {
            true => "",
            false if line.ends_with("&&") => " ",
            false => "; ",
        };
        line += command;
    }
    line
}

/// Returns the commands that link a pull secret to the service accounts of its namespaces.
pub fn linking(secret: PullSecret<'_>) -> Vec<String> {
    let accounts = secret.service_accounts();
    let namespaces = secret.namespaces().iter().filter_map(Node::as_str);
    let link = |namespace: &str, account: &&str| {
        let (names, namespace) = (no_options(&[*account, secret.name]), shell_word(namespace));
        // What stands behind `--` is no option, of ours neither.
        match names.starts_with("-- ") {
            true => format!("oc secrets link --for=pull -n {namespace} {names}"),
            false => format!("oc secrets link {names} --for=pull -n {namespace}"),
        }
    };
    namespaces.flat_map(|namespace| accounts.iter().map(move |account| link(namespace, account))).collect()
}

/// Returns texts as words of a shell that no program takes for options.
fn no_options(texts: &[&str]) -> String {
    let words: Vec<String> = texts.iter().map(|text| shell_word(text)).collect();
    let guard = if texts.iter().any(|text| text.starts_with('-')) { "-- " } else { "" };
    guard.to_owned() + &words.join(" ")
}

/// Returns a text as one word of a shell, quoted only where it must be.
fn shell_word(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:@%+=,".contains(char);
    // Characters that could act on a terminal are shown, and not meant to be pasted.
    let text = visible(text);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    fn spec(text: &str) -> Node {
        let source = Source::new("a.yaml", text, SourceKind::User);
        document(&source, Reading::Strict, &mut Findings::new()).expect("YAML")
    }

    #[test]
    fn logins_are_added_to_what_the_cluster_has() {
        let node =
            spec("globalPullSecret: {registries: {quay.io/org: {username: org+robot}, \"r.example.com:5000\": {}}}");
        assert_eq!(
            global(Spec::new(&node)),
            [
                "dir=$(mktemp -d) &&",
                "oc extract secret/pull-secret -n openshift-config --keys=.dockerconfigjson --to=\"$dir\" &&",
                "podman login --authfile \"$dir/.dockerconfigjson\" --username org+robot quay.io/org &&",
                "podman login --authfile \"$dir/.dockerconfigjson\" r.example.com:5000 &&",
                "oc set data secret/pull-secret -n openshift-config --from-file=.dockerconfigjson=\"$dir/.dockerconfigjson\"",
                "rm -r \"$dir\"",
            ]
        );
        assert_eq!(global(Spec::new(&spec("{globalPullSecret: {}}"))), [""; 0]);
    }

    #[test]
    fn a_pull_secret_is_linked_in_each_namespace() {
        let node = spec(
            "pullSecrets: {a: {namespaces: [x, z]}, b: {namespaces: [x], serviceAccounts: [builder, ci]}, c: {namespaces: [x], serviceAccounts: []}}",
        );
        let links: Vec<String> = Spec::new(&node).pull_secrets().flat_map(linking).collect();
        assert_eq!(
            links,
            [
                "oc secrets link default a --for=pull -n x",
                "oc secrets link default a --for=pull -n z",
                "oc secrets link builder b --for=pull -n x",
                "oc secrets link ci b --for=pull -n x",
            ]
        );
    }

    #[test]
    fn no_name_is_an_option() {
        assert_eq!(
            adding(&[("--tls-verify=false", Some("-x"))])[2],
            "podman login --authfile \"$dir/.dockerconfigjson\" --username '-x' -- '--tls-verify=false' &&"
        );
        let node = spec("pullSecrets: {a: {namespaces: [x], serviceAccounts: [--as=root]}}");
        let links: Vec<String> = Spec::new(&node).pull_secrets().flat_map(linking).collect();
        assert_eq!(links, ["oc secrets link --for=pull -n x -- '--as=root' a"]);
    }

    #[test]
    fn no_name_is_more_than_one_word() {
        for (text, word) in [
            ("org+robot", "org+robot"),
            ("1234|robot", "'1234|robot'"),
            ("$(id)", "'$(id)'"),
            ("it's", "'it'\\''s'"),
            ("-rf", "'-rf'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }
}
