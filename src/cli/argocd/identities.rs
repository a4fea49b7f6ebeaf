//! The age identities of the sidecar: those that its policy maps to the repository and the project of the Application.
//!
//! Both come from variables that Argo CD's repo server sets itself; what an Application sets is called `ARGOCD_ENV_…` or
//! `PARAM_…`, and is not asked. The variables of SOPS and other arguments have no say: what the process happens to hold
//! opens nothing that a repository asks for. Every file that the policy names is read, whomever it is for, so that a fault
//! of the policy looks the same to all, and a refusal does, too.
//!
//! Source: argoproj/argo-cd `reposerver/repository/repository.go`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cli::failure::Refusal;
use crate::cli::identities::of_file;
use crate::cli::workspace::Workspace;
use crate::diag::codes;
use crate::policy::Application;
use crate::secret::{Identities, Reveal, Unidentified};
use crate::world::fs::variable;

/// The variable with the URL of the repository.
const REPOSITORY: &str = "ARGOCD_APP_SOURCE_REPO_URL";

/// The variable with the project.
const PROJECT: &str = "ARGOCD_APP_PROJECT_NAME";

/// Returns the identities that decrypt for the Application, where secrets are revealed.
///
/// # Errors
/// A file of the policy that cannot be used is one, whomever it is for.
pub(super) fn of_application(workspace: &Workspace, reveal: Reveal) -> Result<Identities> {
    // Without that nothing is decrypted, whatever the policy says.
    if reveal != Reveal::Reveal {
        return Ok(Identities::discreet(Vec::new(), refusal()));
    }
    let told = |name: &str| variable(name)?.into_string().ok();
    let application = Application { repository: told(REPOSITORY), project: told(PROJECT) };
    let around: Vec<PathBuf> = workspace.opened.iter().map(|opened| opened.around.clone()).collect();
    let files = workspace.policy.iter().flat_map(|policy| policy.sops_identities(&application));
    let mut identities = Vec::new();
    for (file, is_for) in files {
        let found = of_file(Path::new(file), &around).map_err(|why| Refusal::new(why.message, why.help))?;
        // The others are wiped here.
        identities.extend(found.into_iter().filter(|_| is_for));
    }
    Ok(Identities::discreet(identities, refusal()))
}

/// The one answer, which tells nothing of keys, nor of what is mapped to whom.
fn refusal() -> Unidentified {
    Unidentified {
        code: &codes::NOT_DECRYPTED_HERE,
        message: "a value that SOPS encrypted is not decrypted for this Application".into(),
        notes: vec![
            "Argo CD's plugin decrypts only what the sidecar's policy maps to the repository and the project".into(),
        ],
        help: "take the value from a secret store (`valueFrom.external`), seal it (`valueFrom.sealed`), or ask those who keep the sidecar".into(),
    }
}
