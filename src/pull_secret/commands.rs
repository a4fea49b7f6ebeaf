//! The commands that do what no manifest can do without taking something away: adding logins to the cluster's own pull
//! secret, and linking a pull secret to service accounts.
//!
//! They are printed for a person or a pipeline, and never run. No password stands on a command line: `podman login` asks
//! for it. `oc extract`, `oc set data` and `oc secrets link` are the same from OpenShift 4.4 on (upstream:
//! openshift/openshift-docs `modules/images-update-global-pull-secret.adoc`,
//! `modules/images-allow-pods-to-reference-images-from-secure-registries.adoc`).

use crate::shell;
use crate::spec::{LoginPart, PullSecret, Spec};
use crate::tree::Node;

/// What stands for a registry where none is known, or none that a command could name.
const ANY_REGISTRY: &str = "REGISTRY";

/// What stands for a user whom no command could name.
const ANY_USER: &str = "USER";

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
        let username = username.map(|name| format!(" --username {}", word_or(name, ANY_USER))).unwrap_or_default();
        format!("podman login --authfile \"$dir/.dockerconfigjson\"{username} {} &&", word_or(registry, ANY_REGISTRY))
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
        let (account, name) = (word_or(account, "SERVICE_ACCOUNT"), word_or(secret.name, "NAME"));
        format!("oc secrets link {account} {name} --for=pull -n {}", word_or(namespace, "NAMESPACE"))
    };
    namespaces.flat_map(|namespace| accounts.iter().map(move |account| link(namespace, account))).collect()
}

/// Returns a text as one word that no program takes for an option; where there is none, what stands for it.
fn word_or(text: &str, stands_for: &str) -> String {
    shell::word(text).filter(|_| !text.starts_with('-')).unwrap_or_else(|| stands_for.to_owned())
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
    fn no_name_is_more_than_one_word_or_an_option() {
        let login = |registry, username| {
            let commands = adding(&[(registry, Some(username))]);
            commands[2].trim_start_matches("podman login --authfile \"$dir/.dockerconfigjson\" ").to_owned()
        };
        assert_eq!(login("quay.io", "1234|robot"), "--username '1234|robot' quay.io &&");
        assert_eq!(login("$(id)", "it's"), "--username 'it'\\''s' '$(id)' &&");
        assert_eq!(login("-rf", "--password"), "--username USER REGISTRY &&");
        assert_eq!(login("quay.io", "a\n"), "--username USER quay.io &&");
    }
}
