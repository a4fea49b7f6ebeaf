//! The real programs that secrets are made with, and the CRDs of the controllers that deliver them: built by
//! `tests/programs/build`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of the programs.
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// Builds the programs or finds them built; prints why where there are none. `REGCFG_PROGRAMS=required` makes that an
    /// error.
    pub(crate) fn find() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/build");
        let built = Command::new(script).output().unwrap();
        if built.status.success() {
            return Some(Self(String::from_utf8(built.stdout).unwrap().trim().into()));
        }
        let why = String::from_utf8_lossy(&built.stderr).into_owned();
        assert!(std::env::var_os("REGCFG_PROGRAMS").is_none_or(|value| value != "required"), "no programs: {why}");
        println!("skipped: tests/programs cannot be built, and are not there: {why}");
        None
    }

    #[allow(dead_code, reason = "not every test runs one")]
    /// Returns a command of a program, with nothing of the environment but a `HOME` of its own.
    pub(crate) fn command(&self, name: &str, home: &Path) -> Command {
        let mut command = Command::new(self.0.join("bin").join(name));
        command.env_clear().env("HOME", home);
        command
    }

    #[allow(dead_code, reason = "not every test asks for one")]
    /// Returns the file of a CRD, such as `external-secrets.io_externalsecrets`.
    pub(crate) fn crd(&self, name: &str) -> PathBuf {
        self.0.join(format!("crds/{name}.yaml"))
    }
}
