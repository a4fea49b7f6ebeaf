//! What regcfg knows about a platform: a folder of data, with its `profile.yaml` and its templates.
//!
//! A profile extends another one; its manifest is merged over the other's and its templates replace those of the same
//! name. The built-in folders are in the binary; a project may add folders, or override single files of the built-in
//! ones. No platform's name stands in Rust.

mod builtin;
mod defaults;
mod manifest;
mod shape;

pub use manifest::Profile;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::load::Project;
use crate::tree::{Node, Source, SourceKind};
use crate::world::{ProjectPath, ReadError, World};

/// The profile that all others extend; it is no platform itself.
const BASE: &str = "base";

/// The longest chain of profiles that extend each other.
const LONGEST_CHAIN: usize = 8;

/// The profiles that specs of a project may name. Each is read and parsed when it is first asked for.
pub struct Profiles {
    /// Files of the project's own folders, by profile and path below it.
    own: BTreeMap<String, BTreeMap<String, Arc<Source>>>,
    made: Mutex<BTreeMap<String, Option<Arc<Profile>>>>,
    faults: Mutex<Findings>,
}

impl Profiles {
    /// Returns the built-in profiles.
    pub fn builtin() -> Self {
        Self { own: BTreeMap::new(), made: Mutex::default(), faults: Mutex::default() }
    }

    /// Returns the built-in profiles and those in the folders that the project file names.
    pub fn of(project: &Project<'_>, findings: &mut Findings) -> Self {
        let settings = project.settings(findings);
        let folders = settings.get("profiles").and_then(Node::as_seq).unwrap_or_default();
        let mut own = BTreeMap::new();
        for folder in folders {
            read_folder(project, folder, &mut own, findings);
        }
        Self { own, ..Self::builtin() }
    }

    /// Returns the names of all platforms, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own =
            self.own.iter().filter(|(_, files)| files.contains_key(manifest::FILE)).map(|(name, _)| name.as_str());
        let builtin = builtin::names().map(|name| -> &str { name });
        let names: BTreeSet<&str> = builtin.chain(own).filter(|name| *name != BASE).collect();
        names.into_iter()
    }

    /// Returns the profile with a name; none where there is none, or where it has faults, which are kept for
    /// [`Profiles::take_faults`].
    pub fn get(&self, name: &str) -> Option<Arc<Profile>> {
        if name == BASE {
            return None;
        }
        let known = self.made.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        known.unwrap_or_else(|| {
            let mut faults = Findings::new();
            let made = self.make(name, 0, &mut faults).map(Arc::new);
            self.faults.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
            self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), made.clone());
            made
        })
    }

    /// Returns what was found wrong in profiles since the last call.
    pub fn take_faults(&self) -> Findings {
        std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn make(&self, name: &str, depth: usize, faults: &mut Findings) -> Option<Profile> {
        let files = self.files(name);
        let source = files.get(manifest::FILE)?;
        let profile = Profile::parse(name, source, &files, faults)?;
        let Some(extends) = profile.extends().cloned() else { return Some(profile) };
        let parent = extends.as_str().filter(|parent| depth < LONGEST_CHAIN && self.has(parent));
        let Some(parent) = parent else {
            let message = format!("cannot extend profile {}", quoted(extends.as_str().unwrap_or_default()));
            let finding = Diagnostic::error(&codes::BAD_PROFILE, extends.place(), message);
            faults.push(finding.help("extend a profile that exists and does not extend this one; most extend `base`"));
            return None;
        };
        let parent = self.make(parent, depth + 1, faults)?;
        Some(profile.over(&parent, faults))
    }

    /// Tells whether there is a profile with a name, be it one that only others extend.
    pub fn has(&self, name: &str) -> bool {
        self.files(name).contains_key(manifest::FILE)
    }

    /// Returns a profile's files by their path below its folder: the project's own where it has them.
    fn files(&self, name: &str) -> BTreeMap<String, Arc<Source>> {
        let mut files: BTreeMap<String, Arc<Source>> = builtin::files(name)
            .map(|(path, text)| {
                let shown = format!("<built-in>/profiles/{name}/{path}");
                (path.to_owned(), Source::new(shown, text, SourceKind::Profile))
            })
            .collect();
        files.extend(self.own.get(name).into_iter().flatten().map(|(path, source)| (path.clone(), Arc::clone(source))));
        files
    }
}

/// Reads the profiles of one of the project's folders: `NAME/profile.yaml`, `NAME/templates/*.yaml.j2`, and
/// `NAME/scaffold.yaml`.
fn read_folder(
    project: &Project<'_>,
    folder: &Node,
    own: &mut BTreeMap<String, BTreeMap<String, Arc<Source>>>,
    findings: &mut Findings,
) {
    let world = project.world();
    let path = folder.as_str().map(ProjectPath::new);
    let entries = match path {
        Some(Ok(path)) => world.list(&path).map_err(|error| error.to_string()),
        Some(Err(why)) => Err(why.to_string()),
        None => Err(format!("it is {}, not a path", folder.in_words())),
    };
    let entries = match entries {
        Ok(entries) => entries,
        Err(why) => {
            let message = format!("cannot read the folder of profiles: {why}");
            let finding = Diagnostic::error(&codes::BAD_PROFILE, folder.place(), message);
            findings.push(finding.help("name a folder of the project that holds `NAME/profile.yaml`"));
            return;
        }
    };
    for profile in entries.into_iter().filter(|entry| entry.is_dir) {
        let files = own.entry(profile.path.file_name().to_owned()).or_default();
        for path in profile_files(world, &profile.path, folder, findings) {
            let Some(below) = path.below(&profile.path) else { continue };
            if let Some(source) = project.text(&path, Some(folder), findings) {
                files.insert(below.to_owned(), source);
            }
        }
    }
}

/// Returns the files of a profile's folder that are there: its manifest, its scaffold and its templates.
fn profile_files(world: &dyn World, profile: &ProjectPath, folder: &Node, findings: &mut Findings) -> Vec<ProjectPath> {
    let mut files = Vec::new();
    let mut cannot = |path: &ProjectPath, error: &ReadError| {
        let message = format!("cannot read {}: {error}", quoted(&world.display(path)));
        let finding = Diagnostic::error(&codes::BAD_PROFILE, folder.place(), message);
        findings.push(finding.help("make the profile readable, within the project"));
    };
    for file in [manifest::FILE, manifest::SCAFFOLD].iter().filter_map(|name| profile.join(name).ok()) {
        match world.is_file(&file) {
            Ok(true) => files.push(file),
            Ok(false) => {}
            Err(error) => cannot(&file, &error),
        }
    }
    if let Ok(templates) = profile.join(manifest::TEMPLATES) {
        match world.list(&templates) {
            Ok(entries) => {
                // What editors leave beside templates is none.
                let is_template = |name: &str| name.ends_with(manifest::TEMPLATE_ENDING) && !name.starts_with('.');
                let paths = entries.into_iter().filter(|entry| !entry.is_dir).map(|entry| entry.path);
                files.extend(paths.filter(|path| is_template(path.file_name())));
            }
            Err(ReadError::NotFound) => {}
            Err(error) => cannot(&templates, &error),
        }
    }
    files
}
