//! What stands in an output directory: files that regcfg wrote, and what somebody else put there.
//!
//! A file is ours when it begins with [`HEADER`]. A Secret that is passed on as SOPS encrypted it has no header; it is ours
//! when a file of ours, [`LIST`], names it. Nothing here follows a link, waits for a FIFO or changes anything.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::{Errno, Result};
use subtle::ConstantTimeEq;

use super::RenderedCluster;

/// The first line of every file that regcfg writes into a directory.
pub(super) const HEADER: &str = "# Rendered by regcfg. Change the spec, not this file.\n";

/// The name of the file that lists those without the header, each on a line. No engine takes a file of this name for a
/// manifest.
pub(super) const LIST: &str = "encrypted.txt";

/// What stands above the names in [`LIST`].
const LIST_HEAD: &str = "# These files are as SOPS encrypted them, and nothing may be added to them:\n";

/// The bytes that a cluster's files may have together: far more than any cluster needs, and what memory has room for.
const MAX_BYTES: u64 = 64 << 20;

/// A cluster has a handful of files; a directory with more entries than this is not ours.
const MAX_ENTRIES: usize = 10_000;

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// What stands under a name in a cluster's directory.
pub(super) enum Found {
    /// A file that regcfg wrote.
    Ours(OurFile),
    /// A file that a run of regcfg was killed while writing.
    Unfinished,
    /// Something that regcfg did not write, in words.
    Foreign(&'static str),
}

/// A file that regcfg wrote.
pub(super) struct OurFile {
    /// The text behind the header, or all of it where there is none.
    pub(super) text: Vec<u8>,
    /// Whether it begins with the header.
    pub(super) has_header: bool,
    /// Whether others than the owner may do anything with it.
    pub(super) is_shared: bool,
}

/// A file of a cluster's tree, as it is to be.
pub(super) struct TreeFile<'c> {
    /// Its name.
    pub(super) name: &'c str,
    /// The text behind the header, or all of it where there is none.
    pub(super) text: Cow<'c, str>,
    /// Whether it begins with the header.
    pub(super) has_header: bool,
    /// Whether the text is never shown.
    pub(super) is_secret: bool,
}

/// Returns the files of a cluster's tree, in the order of writing: the list of those without a header before them, so that
/// what a killed run leaves is known.
pub(super) fn files(cluster: &RenderedCluster) -> Vec<TreeFile<'_>> {
    let passed_on: BTreeSet<&str> =
        cluster.manifests.iter().filter(|manifest| manifest.is_passed_on).map(|manifest| &*manifest.file).collect();
    let list = (!passed_on.is_empty()).then(|| {
        let names = passed_on.iter().flat_map(|name| [name, "\n"]);
        let text = std::iter::once(LIST_HEAD).chain(names).collect();
        TreeFile { name: LIST, text: Cow::Owned(text), has_header: true, is_secret: false }
    });
    let manifests = cluster.manifests.iter().map(|manifest| TreeFile {
        name: &manifest.file,
        text: Cow::Borrowed(&manifest.text),
        has_header: !manifest.is_passed_on,
        is_secret: manifest.is_secret,
    });
    list.into_iter().chain(manifests).collect()
}

impl TreeFile<'_> {
    /// Tells whether a file that is there is this one, in a time that says nothing of where they differ: both may hold
    /// secrets.
    pub(super) fn is(&self, there: &OurFile) -> bool {
        self.has_header == there.has_header && bool::from(self.text.as_bytes().ct_eq(&there.text))
    }
}

/// Opens a directory in another one; none where nothing stands there, `NOTDIR` where it is something else or a link.
pub(super) fn directory(within: &OwnedFd, name: &OsStr) -> Result<Option<OwnedFd>> {
    match openat(within, name, DIRECTORY, Mode::empty()) {
        Ok(dir) => Ok(Some(dir)),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP | Errno::MLINK) => Err(Errno::NOTDIR),
        Err(error) => Err(error),
    }
}

/// Returns the names in a directory, sorted.
pub(super) fn names(dir: &OwnedFd) -> Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !matches!(name, b"." | b"..") {
            names.push(OsStr::from_bytes(name).to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Returns what stands in a cluster's directory, by name.
pub(super) fn contents(dir: &OwnedFd) -> Result<BTreeMap<OsString, Found>> {
    let names = names(dir)?;
    if names.len() > MAX_ENTRIES {
        let first = names.into_iter().next().unwrap_or_default();
        return Ok(BTreeMap::from([(first, Found::Foreign("one of far too many entries"))]));
    }
    let mut room = MAX_BYTES;
    let has_list = names.iter().any(|name| name == LIST);
    let listed = if has_list { listed(dir)? } else { BTreeSet::new() };
    let found = |name: OsString| {
        let is_listed = name.to_str().is_some_and(|name| listed.contains(name));
        found(dir, &name, is_listed, &mut room).map(|found| (name, found))
    };
    names.into_iter().map(found).collect()
}

/// Returns the names that the list of files without a header has; none where it is not ours.
fn listed(dir: &OwnedFd) -> Result<BTreeSet<String>> {
    let Found::Ours(list) = found(dir, OsStr::new(LIST), false, &mut { MAX_BYTES })? else {
        return Ok(BTreeSet::new());
    };
    let text = String::from_utf8_lossy(&list.text).into_owned();
    Ok(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect())
}

/// Tells what stands under a name, and takes the bytes of a file of ours from the `room` that is left for them.
fn found(dir: &OwnedFd, name: &OsStr, is_listed: bool, room: &mut u64) -> Result<Found> {
    let about = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(about.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Ok(Found::Foreign("a directory")),
        FileType::Symlink => return Ok(Found::Foreign("a link")),
        _ => return Ok(Found::Foreign("no regular file")),
    }
    let file = openat(dir, name, FILE, Mode::empty())?;
    let is_shared = fstat(&file)?.st_mode & 0o077 != 0;
    let mut file = File::from(file);
    let start = read(&mut file, HEADER.len() as u64)?;
    let has_header = start == HEADER.as_bytes();
    if !has_header && !is_listed {
        let is_foreign = !is_unfinished(&start);
        return Ok(if is_foreign { Found::Foreign("a file that regcfg did not write") } else { Found::Unfinished });
    }
    let mut text = if has_header { Vec::new() } else { start };
    text.extend(read(&mut file, *room + 1)?);
    Ok(match room.checked_sub(text.len() as u64) {
        Some(left) => {
            *room = left;
            Found::Ours(OurFile { text, has_header, is_shared })
        }
        None => Found::Foreign("larger than what regcfg writes for a cluster"),
    })
}

fn read(file: &mut File, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // An error of reading has a number from the system, or is none of the system's.
    let read = file.take(limit).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

/// Tells whether bytes are what a kill or a loss of power leaves of a file of ours: its beginning, or zeros.
fn is_unfinished(bytes: &[u8]) -> bool {
    HEADER.as_bytes().starts_with(bytes) || bytes.iter().all(|byte| *byte == 0)
}
