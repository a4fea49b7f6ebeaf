//! `--age-identity FILE`, and the variables of SOPS: the age identities of whoever invokes regcfg by hand.
//!
//! Nothing is read before a secret that SOPS encrypted is to be revealed. Files are of the invoker, never of a repository;
//! keys of other kinds, and commands that would print keys, are refused by name.
//!
//! Source: getsops/sops `age/keysource.go`.

use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::outside::{self, shown};
use super::workspace::Workspace;
use crate::diag::codes;
use crate::secret::{Apart, Identities, Identity, SecretBytes, Unidentified, identities};
use crate::world::fs::variable;

/// The variable with a file of identities.
const FILE: &str = "SOPS_AGE_KEY_FILE";

/// The variable with identities.
const TEXT: &str = "SOPS_AGE_KEY";

/// The variables of SOPS by which it has keys that are not read here.
const NOT_READ: [(&str, &str); 3] = [
    ("SOPS_AGE_KEY_CMD", "no command is run for a key"),
    ("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "keys of SSH are not read"),
    ("SOPS_AGE_SSH_PRIVATE_KEY_CMD", "no command is run for a key"),
];

/// What a file of identities is in messages.
pub(super) const IDENTITIES: outside::Kind = outside::Kind {
    noun: "the file of age identities",
    within: "the repository whose secrets it would open",
    help: "keep it outside of every repository; what was committed is seen, and has to be replaced",
    limit: 64 << 10,
};

/// What opens files that SOPS encrypted.
#[derive(Args, Clone, Debug, Default)]
pub struct IdentityArgs {
    /// Decrypt what SOPS encrypted with the age identities of this file, one `AGE-SECRET-KEY-1…` on a line
    ///
    /// May be given several times. Without it, identities come from the variables `SOPS_AGE_KEY_FILE` and `SOPS_AGE_KEY`.
    /// They are read only where `--reveal-secrets` needs one. No plugin and no command is run for a key
    #[arg(long, value_name = "FILE")]
    pub age_identity: Vec<PathBuf>,
}

impl IdentityArgs {
    /// Returns the identities of the invoker, which are read when they are first needed.
    pub(super) fn of_invoker(&self, workspace: &Workspace) -> Identities {
        let around: Vec<PathBuf> = workspace.opened.iter().map(|opened| opened.around.clone()).collect();
        let files = self.age_identity.clone();
        Identities::of(move || if files.is_empty() { of_variables(&around) } else { of_files(&files, &around) })
    }
}

fn of_files(files: &[PathBuf], around: &[PathBuf]) -> Result<Vec<Identity>, Unidentified> {
    let mut found = Vec::new();
    for file in files {
        found.extend(of_file(file, around)?);
    }
    Ok(found)
}

/// Reads a file of identities that is in none of the repositories `around`.
pub(super) fn of_file(file: &Path, around: &[PathBuf]) -> Result<Vec<Identity>, Unidentified> {
    let bytes = outside::read(IDENTITIES, file, around).map(SecretBytes::new).map_err(|error| {
        let help =
            "name a file of identities that can be read, outside of every repository; what was committed was seen";
        Unidentified::unusable(format!("{error:#}"), help)
    })?;
    identities(&bytes, Apart::Lines, &format!("`{}`", shown(file)))
}

fn of_variables(around: &[PathBuf]) -> Result<Vec<Identity>, Unidentified> {
    let is_set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut found = Vec::new();
    if let Some(text) = is_set(TEXT) {
        found.extend(identities(&SecretBytes::new(text.into_vec()), Apart::Words, &format!("the variable `{TEXT}`"))?);
    }
    if let Some(file) = is_set(FILE) {
        found.extend(of_file(Path::new(&file), around)?);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let set = NOT_READ.iter().filter(|(name, _)| variable(name).is_some());
    Err(Unidentified {
        code: &codes::NO_IDENTITY,
        message: "a value that SOPS encrypted is to be revealed, and no age identity is given".into(),
        notes: set.map(|(name, why)| format!("`{name}` is set, but {why}")).collect(),
        help: format!("give one with `--age-identity FILE`, or in the variable `{FILE}` or `{TEXT}`"),
    })
}
