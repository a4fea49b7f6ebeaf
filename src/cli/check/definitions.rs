//! The CustomResourceDefinitions that a command was given.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;

use super::{Run, read};
use crate::cli::Console;
use crate::cli::workspace::Workspace;
use crate::diag::{Diagnostic, Findings, codes};
use crate::load::Project;
use crate::tree::Place;
use crate::validate::Definitions;

/// Reads the definitions in files and directories; what is wrong with one is found in its file.
///
/// Returns the names of the files that define something, too.
pub(super) fn read(
    paths: &[PathBuf],
    run: &mut Run,
    console: &mut Console<'_>,
) -> Result<(Definitions, BTreeSet<String>)> {
    let (mut definitions, mut defining) = (Definitions::default(), BTreeSet::new());
    if paths.is_empty() {
        return Ok((definitions, defining));
    }
    let workspace = Workspace::open(paths, None)?;
    for fault in &workspace.faults {
        run.failed(None, &fault.why, console);
    }
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        for path in &opened.files {
            let mut found = Findings::new();
            if let Some(source) = project.text(path, None, &mut found) {
                if add(read::text(&source), &mut definitions, &mut found) {
                    defining.insert(project.world().display(path));
                } else if !found.has_errors() {
                    let message = "the file holds no CustomResourceDefinition";
                    let finding = Diagnostic::error(&codes::BROKEN_DEFINITION, &Place::start_of(&source), message);
                    found.push(finding.help("name files with `kind: CustomResourceDefinition`"));
                }
            }
            run.findings.extend(found);
        }
        let below = opened.manifests_below(&project, &mut run.findings);
        let patches = read::Patches::beside(&project, &below);
        for path in below {
            if add(read::file(&project, &path, &patches), &mut definitions, &mut run.findings) {
                defining.insert(project.world().display(&path));
            }
        }
    }
    Ok((definitions, defining))
}

/// Adds what a file defines; returns whether it defines anything. What it holds beside that is not looked at.
fn add(held: read::Held, definitions: &mut Definitions, findings: &mut Findings) -> bool {
    match held {
        read::Held::Skipped(_) => false,
        read::Held::Broken(found) => {
            findings.extend(found);
            true
        }
        read::Held::Objects(objects, _) => {
            let defining = objects.iter().filter(|object| definitions.add(object, findings));
            defining.count() > 0
        }
    }
}
