//! `regcfg explain`: prints what a code or a field means, in Markdown, from what is in the binary.

mod field;

use anyhow::Result;
use clap::Args;

use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use crate::diag::visible::quoted;
use crate::diag::{Code, codes, nearest};

/// Explain a finding's code, or a field
///
/// Prints what a code means, why it matters, an example and how to fix it; or what a field of a spec or an object does, what
/// it takes, on which releases it exists, what the operator does with it, where it lands, which findings are about it, and
/// the fields below it. Both are Markdown. Without an argument, lists all codes
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The code, such as RC0101, or its name; or the field, such as storage.s3.keyID or Config.spec.replicas
    #[arg(value_name = "CODE|FIELD")]
    what: Option<String>,
}

pub(super) fn run(args: &ExplainArgs, console: &mut Console<'_>) -> Result<Exit> {
    match &args.what {
        Some(word) => match code(word) {
            Some(code) => console.print(code.explanation)?,
            None => console.print(field::explain(word).map_err(|why| why.unwrap_or_else(|| unknown(word)))?)?,
        },
        None => console.print(list())?,
    }
    Ok(Exit::Done)
}

fn code(word: &str) -> Option<&'static Code> {
    codes::ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(word) || code.name == word)
}

/// Says that a word is neither a code nor a field.
fn unknown(word: &str) -> Refusal {
    let said = format!("there is no code and no field {}", quoted(word));
    let paths = field::ending_with(word);
    if let [path, ..] = &*paths {
        let more = paths.get(1).map_or_else(String::new, |other| format!(" or `{other}`"));
        return Refusal::new(said, format!("did you mean `{path}`{more}? A field is written with its path"));
    }
    let codes = codes::ALL.iter().flat_map(|code| [code.id, code.name]);
    let help = match nearest(word, codes.chain(field::first_names())) {
        Some(near) => {
            format!("did you mean `{near}`? `regcfg explain` lists all codes, `regcfg explain spec` the fields")
        }
        None => "run `regcfg explain` to list all codes, or `regcfg explain spec` to list the fields of a spec".into(),
    };
    Refusal::new(said, help)
}

fn list() -> String {
    let lines: Vec<String> = codes::ALL.iter().map(|code| format!("{}  {}", code.id, code.name)).collect();
    lines.join("\n") + "\n"
}
