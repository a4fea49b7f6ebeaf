//! Makes what the binary embeds: static tables of the descriptions in `schemas/`, and the files of `profiles/`.

#![expect(clippy::disallowed_methods, reason = "a build script reads and writes files")]

#[path = "build/profiles.rs"]
mod profiles;
#[path = "build/schemas/mod.rs"]
mod schemas;

use std::path::PathBuf;
use std::{env, error};

fn main() -> Result<(), Box<dyn error::Error>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    schemas::write(&root, &out)?;
    profiles::embed(&root, &out)?;
    Ok(())
}
