//! Makes what the binary embeds: the files of `profiles/`.

#[path = "build/profiles.rs"]
mod profiles;

use std::path::PathBuf;
use std::{env, error};

fn main() -> Result<(), Box<dyn error::Error>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    profiles::embed(&root, &out)?;
    Ok(())
}
