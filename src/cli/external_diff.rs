//! `KUBECTL_EXTERNAL_DIFF`: the program with which the invoker looks at differences, run as `kubectl diff` runs it.
//!
//! Only the environment can name it. Its words are split at spaces; the first is the program, and of the others those are
//! its arguments, after the two directories, that have no character but ASCII letters and digits, `-` and `=`
//! (kubernetes/kubectl: `pkg/cmd/diff/diff.go`, `getCommand`).

use anyhow::{Context, Result};

use super::exit::Exit;
use super::failure::Refusal;
use crate::diag::visible::quoted;
use crate::diff::ClusterDiff;
use crate::diff::format::files::{Pair, files};
use crate::world::attended::{Ended, NamedText, compare};
use crate::world::fs::variable;

/// The variable that names the program.
const VARIABLE: &str = "KUBECTL_EXTERNAL_DIFF";

/// A program that compares directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExternalDiff {
    program: String,
    args: Vec<String>,
    /// The words that are left out, as kubectl leaves them out.
    pub(super) dropped: Vec<String>,
}

impl ExternalDiff {
    /// Returns the program that the environment names, if it does.
    pub(super) fn of_environment() -> Result<Option<Self>> {
        let Some(value) = variable(VARIABLE).filter(|value| !value.is_empty()) else { return Ok(None) };
        let value = value.to_str().with_context(|| format!("{VARIABLE} is no text"))?;
        Ok(Some(Self::of(value)))
    }

    fn of(value: &str) -> Self {
        let mut words = value.split(' ').map(str::to_owned);
        let program = words.next().unwrap_or_default();
        let fits = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-=".contains(&byte));
        let (args, dropped) = words.filter(|word| !word.is_empty()).partition(fits);
        Self { program, args, dropped }
    }

    /// Shows a cluster's differences by the program, and says whether it found any.
    pub(super) fn show(&self, cluster: &ClusterDiff) -> Result<Exit> {
        self.run(&files(cluster))
    }

    fn run(&self, pairs: &[Pair]) -> Result<Exit> {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let (live, merged) = (side(pairs, |pair| pair.live.as_deref()), side(pairs, |pair| pair.merged.as_deref()));
        let called = quoted(&self.program);
        let ended = compare(&self.program, &args, &live, &merged)
            .with_context(|| format!("cannot run {called}, which {VARIABLE} names"))?;
        let help = format!("unset {VARIABLE}, or name a program that ends with 0 or 1");
        match ended {
            Ended::Code(0) => Ok(Exit::Done),
            Ended::Code(1) => Ok(Exit::No),
            Ended::Code(code) => {
                Err(Refusal::new(format!("{called}, which {VARIABLE} names, ended with {code}"), help).into())
            }
            Ended::Killed => {
                Err(Refusal::new(format!("{called}, which {VARIABLE} names, was ended by a signal"), help).into())
            }
            Ended::Interrupted => anyhow::bail!("the run was told to stop while {called} was running"),
        }
    }
}

fn side<'p>(pairs: &'p [Pair], text: impl Fn(&'p Pair) -> Option<&'p str>) -> Vec<NamedText<'p>> {
    pairs.iter().filter_map(|pair| Some((&*pair.name, text(pair)?))).collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::diff::format::files::Pair;

    /// Makes a program of shell that may write into the directory that it stands in.
    fn program(dir: &Path, script: &str) -> ExternalDiff {
        let path = dir.join("differ");
        fs::write(&path, format!("#!/bin/sh\nout={}\n{script}\n", dir.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        ExternalDiff::of(&format!("{} -u --odd/word", path.display()))
    }

    fn pairs() -> Vec<Pair> {
        let pair = |name: &str, live: Option<&str>, merged: Option<&str>| Pair {
            name: name.into(),
            live: live.map(str::to_owned),
            merged: merged.map(str::to_owned),
        };
        vec![pair("v1.ConfigMap.a.b", Some("x: 1\n"), Some("x: 2\n")), pair("v1.ConfigMap.a.new", None, Some("y: 1\n"))]
    }

    /// Runs a program that was just written: a test beside this one may have been starting another meanwhile, and holds its
    /// file open until then.
    fn run(external: &ExternalDiff) -> Result<Exit> {
        loop {
            let ended = external.run(&pairs());
            let is_busy = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ExecutableFileBusy;
            match ended {
                Err(error) if error.downcast_ref().is_some_and(is_busy) => {}
                ended => return ended,
            }
        }
    }

    /// Returns the directories that a program was given, as it noted them.
    fn given(dir: &Path) -> Vec<PathBuf> {
        fs::read_to_string(dir.join("args")).unwrap().lines().take(2).map(PathBuf::from).collect()
    }

    const NOTE: &str = "printf '%s\\n' \"$@\" > $out/args; stat -c '%a %n' \"$1\" \"$1\"/* \"$2\"/* > $out/modes; \
                        cat \"$1\"/* \"$2\"/* > $out/read; env > $out/env; cat > $out/stdin";

    #[test]
    fn words_are_those_that_kubectl_takes() {
        let external = |value| {
            let ExternalDiff { program, args, dropped } = ExternalDiff::of(value);
            (program, args.join("|"), dropped.join("|"))
        };
        let said = |program: &str, args: &str, dropped: &str| (program.into(), args.into(), dropped.into());
        assert_eq!(external("colordiff -N -u"), said("colordiff", "-N|-u", ""));
        assert_eq!(external("dyff between --omit-header"), said("dyff", "between|--omit-header", ""));
        assert_eq!(external("diff  -U=3   a"), said("diff", "-U=3|a", ""));
        assert_eq!(external("diff -u; --x=a_b --y=/etc $(id) é"), said("diff", "", "-u;|--x=a_b|--y=/etc|$(id)|é"));
        assert_eq!(external(" diff -u"), said("", "diff|-u", ""));
        assert_eq!(external("/opt/my/diff"), said("/opt/my/diff", "", ""));
    }

    #[test]
    fn a_program_gets_two_directories_that_are_its_users_alone_and_gone_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        let external = program(dir.path(), &format!("{NOTE}; exit 1"));
        assert_eq!(run(&external).unwrap(), Exit::No);
        let args = read("args");
        assert_eq!(args.lines().skip(2).collect::<Vec<_>>(), ["-u"], "after both directories: {args}");
        for (directory, called) in given(dir.path()).iter().zip(["LIVE-", "MERGED-"]) {
            assert!(directory.file_name().unwrap().to_str().unwrap().starts_with(called), "{args}");
            assert!(!directory.exists(), "{args}");
        }
        let modes = read("modes");
        let modes: Vec<&str> = modes.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(modes, ["700", "600", "600", "600"]);
        assert_eq!((read("read"), read("stdin")), ("x: 1\nx: 2\ny: 1\n".into(), String::new()));
        assert!(read("env").contains("PATH=") && !read("env").contains("REGCFG_SECRET_"));
    }

    #[test]
    fn a_program_that_fails_or_cannot_be_run_is_no_answer_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let ended = |script: &str| run(&program(dir.path(), &format!("{NOTE}; {script}")));
        assert_eq!(ended("exit 0").unwrap(), Exit::Done);
        for (script, said) in [("exit 2", "ended with 2"), ("kill -KILL $$", "was ended by a signal")] {
            let error = ended(script).unwrap_err().to_string();
            assert!(error.ends_with(said), "{error}");
            assert!(given(dir.path()).iter().all(|directory| !directory.exists()));
        }
        for value in ["no-such-program-anywhere -u", " diff", "/dev/null"] {
            let error = run(&ExternalDiff::of(value)).unwrap_err().to_string();
            assert!(error.starts_with("cannot run `"), "{error}");
        }
    }
}
