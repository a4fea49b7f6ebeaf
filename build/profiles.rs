//! Embeds `profiles/` in the binary: each file with its path below that folder, sorted.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Writes `profiles.rs` into the output directory: `pub(super) static FILES: &[(&str, &str)]`.
pub(crate) fn embed(root: &Path, out: &Path) -> io::Result<()> {
    let profiles = root.join("profiles");
    println!("cargo::rerun-if-changed={}", profiles.display());
    let mut files = Vec::new();
    collect(&profiles, &mut files)?;
    files.sort();
    let mut text = String::from("pub(super) static FILES: &[(&str, &str)] = &[\n");
    for file in files {
        let below = file.strip_prefix(&profiles).map_err(io::Error::other)?;
        let below: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        writeln!(text, "    ({:?}, include_str!({:?})),", below.join("/"), file.to_string_lossy())
            .map_err(io::Error::other)?;
    }
    text.push_str("];\n");
    fs::write(out.join("profiles.rs"), text)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
