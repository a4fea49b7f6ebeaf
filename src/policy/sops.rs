//! For whom the identities of a policy decrypt: `spec.sops.identities`, by repository and by project of Argo CD.
//!
//! Where the identities are read, and what they open, is not known here.

use super::repository;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::tree::Node;

/// An application of Argo CD, as its repo server tells of it. What is not told matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// The URL of the repository that its manifests are made of.
    pub repository: Option<String>,
    /// Its project.
    pub project: Option<String>,
}

/// Says which repositories of identities can match none, or could be read two ways.
pub(super) fn check(spec: &Node, findings: &mut Findings) {
    for pattern in identities(spec).flat_map(|identity| items(identity, "repositories")) {
        if let Err(why) = pattern.as_str().map_or(Ok(()), |text| repository::read(text).map(drop))
            && !is_off("identity-pattern")
        {
            let shown = quoted(pattern.as_str().unwrap_or_default());
            let message = format!("{shown} names no repository: {why}");
            let finding = Diagnostic::error(&codes::BAD_SOPS_IDENTITY, pattern.place(), message);
            findings.push(finding.help(
                "write it as Applications do, such as `https://git.example.com/team-a/registry`, or with `*` as the last part of its path",
            ));
        }
    }
}

/// Returns the files of all identities, each with whether it has both the repository and the project in its lists.
pub(super) fn files<'p>(spec: &'p Node, application: &Application) -> Vec<(&'p str, bool)> {
    let is_for = |identity: &Node| {
        let Application { repository: Some(url), project: Some(project) } = application else { return false };
        let mut repositories = items(identity, "repositories").filter_map(Node::as_str);
        let mut projects = items(identity, "projects").filter_map(Node::as_str);
        (repositories.any(|pattern| repository::is_of(url, pattern)) || is_off("identity-repository"))
            && (projects.any(|known| known == project) || is_off("identity-project"))
    };
    identities(spec).filter_map(|identity| Some((identity.get("file")?.as_str()?, is_for(identity)))).collect()
}

fn identities(spec: &Node) -> impl Iterator<Item = &Node> {
    spec.at(&["sops", "identities"]).and_then(Node::as_seq).into_iter().flatten()
}

fn items<'p>(identity: &'p Node, list: &str) -> impl Iterator<Item = &'p Node> {
    identity.get(list).and_then(Node::as_seq).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::tree::{Source, SourceKind};

    const IDENTITIES: &str = "    - {file: /keys/a, repositories: [\"https://git.example.com/team-a/*\"], projects: [team-a, shared]}
    - {file: /keys/b, repositories: [\"git@git.example.com:team-b/one\", \"https://git.example.com/team-b/*\"], projects: [team-b]}
    - {file: /keys/c, repositories: [\"https://git.example.com/team-a/registry\"], projects: [shared]}
";

    fn policy(identities: &str) -> Result<Policy, Vec<String>> {
        let text =
            format!("apiVersion: regcfg.dev/v1alpha1\nkind: Policy\nspec:\n  sops:\n    identities:\n{identities}");
        let mut findings = Findings::new();
        let policy = Policy::read(&Source::new("policy.yaml", text, SourceKind::User), &mut findings);
        policy.ok_or_else(|| findings.iter().map(|finding| finding.code.id.to_owned()).collect())
    }

    #[track_caller]
    fn check(repository: Option<&str>, project: Option<&str>, expected: &[&str]) {
        let application =
            Application { repository: repository.map(str::to_owned), project: project.map(str::to_owned) };
        let policy = policy(IDENTITIES).unwrap();
        let files = policy.sops_identities(&application);
        assert_eq!(files.len(), 3);
        let files: Vec<&str> = files.into_iter().filter(|(_, is_for)| *is_for).map(|(file, _)| file).collect();
        assert_eq!(files, expected, "{application:?}");
    }

    #[test]
    fn an_identity_decrypts_where_repository_and_project_are_both_its_own() {
        check(Some("https://git.example.com/team-a/registry.git"), Some("team-a"), &["/keys/a"]);
        check(Some("https://git.example.com/team-a/registry"), Some("shared"), &["/keys/a", "/keys/c"]);
        check(Some("ssh://git@git.example.com/team-b/one"), Some("team-b"), &["/keys/b"]);
        check(Some("https://git.example.com/team-a/registry"), Some("team-b"), &[]);
        check(Some("https://git.example.com/team-a/registry"), Some("team-a-2"), &[]);
        check(Some("https://git.example.com/team-a-evil/registry"), Some("team-a"), &[]);
        check(Some("https://git.example.com/team-a/registry"), Some(""), &[]);
        check(Some(""), Some("team-a"), &[]);
        check(None, Some("team-a"), &[]);
        check(Some("https://git.example.com/team-a/registry"), None, &[]);
    }

    #[test]
    fn an_identity_that_could_be_for_anyone_is_refused() {
        let refused = |file: &str, repository: &str, project: &str| {
            let text = format!("    - {{file: {file}, repositories: [\"{repository}\"], projects: [\"{project}\"]}}\n");
            policy(&text).map(drop).unwrap_err().join(" ")
        };
        let one = "https://git.example.com/team-a/x";
        assert_eq!(refused("/keys/a", "https://*/team-a/x", "a"), "RC0729");
        assert_eq!(refused("/keys/a", "*", "a"), "RC0729");
        assert_eq!(refused("/keys/a", one, "*"), "RC0315");
        assert_eq!(refused("/keys/a", one, ""), "RC0316");
        assert_eq!(refused("keys/a", one, "a"), "RC0315");
        assert_eq!(policy("    - {file: /keys/a, projects: [a]}\n").map(drop).unwrap_err(), ["RC0313"]);
        assert_eq!(
            policy("    - {file: /keys/a, repositories: [], projects: [a]}\n").map(drop).unwrap_err(),
            ["RC0316"]
        );
    }
}
