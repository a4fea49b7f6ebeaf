//! `regcfg explain`: prints what a code means, from the Markdown that is in the binary.

use anyhow::Result;
use clap::Args;

use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use crate::diag::{Code, codes, nearest};

/// Explain a finding's code
///
/// Prints what the code means, why it matters, an example and how to fix it, in Markdown. Without a code, lists all
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The code, such as RC0101, or its name
    code: Option<String>,
}

pub(super) fn run(args: &ExplainArgs, console: &mut Console<'_>) -> Result<Exit> {
    match &args.code {
        Some(word) => console.print(find(word)?.explanation)?,
        None => console.print(list())?,
    }
    Ok(Exit::Done)
}

fn find(word: &str) -> Result<&'static Code, Refusal> {
    if let Some(code) = codes::ALL.iter().find(|code| code.id.eq_ignore_ascii_case(word) || code.name == word) {
        return Ok(code);
    }
    let help = match nearest(word, codes::ALL.iter().flat_map(|code| [code.id, code.name])) {
        Some(near) => format!("did you mean `{near}`? `regcfg explain` lists all codes"),
        None => "run `regcfg explain` to list all codes".into(),
    };
    Err(Refusal::new(format!("there is no code `{word}`"), help))
}

fn list() -> String {
    let lines: Vec<String> = codes::ALL.iter().map(|code| format!("{}  {}", code.id, code.name)).collect();
    lines.join("\n") + "\n"
}
