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
        let pairs = files(cluster);
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let (live, merged) = (side(&pairs, |pair| pair.live.as_deref()), side(&pairs, |pair| pair.merged.as_deref()));
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
mod tests {
    use super::*;

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
}
