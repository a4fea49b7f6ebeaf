//! Turns the descriptions in `schemas/` into static tables, `$OUT_DIR/tables.rs`, which `src/schema/table.rs` includes.
//!
//! Comes in: `schemas/*.yaml`, one kind each, `schemas/fragments/**/*.yaml`, shared parts, and `schemas/core/*.yaml`, the
//! types of Kubernetes that some are based on. A description that does not
//! hold together stops the build with the file and the path in it. Nothing generated is committed.

mod base;
mod describe;
mod keywords;
mod kind;
mod tables;
#[path = "../../src/target.rs"]
#[expect(dead_code, unreachable_pub, reason = "shared with the crate, which uses and publishes it")]
mod target;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// Writes the tables of every kind that `schemas/` beneath `root` describes.
pub(crate) fn write(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let folder = root.join("schemas");
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rerun-if-changed={}", root.join("build").display());
    println!("cargo:rerun-if-changed={}", root.join("src/target.rs").display());
    let fragments = named(&folder.join("fragments"))?;
    let types = named(&folder.join("core"))?;
    let describer = describe::Describer { fragments: &fragments, types: &types };
    let mut kinds = Vec::new();
    for file in yaml_files(&folder)? {
        let text = fs::read_to_string(&file)?;
        kinds.push(kind::read(&text, &describer).map_err(|why| format!("{}: {why}", file.display()))?);
    }
    fs::write(out.join("tables.rs"), tables::write(&kinds))?;
    Ok(())
}

/// Reads every file below a folder, named as `ref` and `base` name it: `core/affinity` for `fragments/core/affinity.yaml`.
fn named(root: &Path) -> Result<BTreeMap<String, Json>, Box<dyn Error>> {
    let mut fragments = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for file in yaml_files(&folder)? {
            let text = fs::read_to_string(&file)?;
            let json = serde_yaml::from_str(&text).map_err(|why| format!("{}: {why}", file.display()))?;
            let name = file.strip_prefix(root)?.with_extension("");
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            fragments.insert(parts.join("/"), json);
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(fragments)
}

/// Lists the YAML files of a folder in order of name.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
