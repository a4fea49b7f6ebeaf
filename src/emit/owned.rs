//! What stands in an output directory: files that regcfg wrote, and what somebody else put there.
//!
//! A file is ours when it begins with [`HEADER`]. Nothing here follows a link, waits for a FIFO or changes anything.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::{Errno, Result};

/// The first line of every file that regcfg writes into a directory.
pub(super) const HEADER: &str = "# Rendered by regcfg. Change the spec, not this file.\n";

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
    /// The text behind the header.
    pub(super) text: Vec<u8>,
    /// Whether others than the owner may do anything with it.
    pub(super) is_shared: bool,
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
    names.into_iter().map(|name| found(dir, &name, &mut room).map(|found| (name, found))).collect()
}

/// Tells what stands under a name, and takes the bytes of a file of ours from the `room` that is left for them.
fn found(dir: &OwnedFd, name: &OsStr, room: &mut u64) -> Result<Found> {
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
    if start != HEADER.as_bytes() {
        let is_foreign = !is_unfinished(&start);
        return Ok(if is_foreign { Found::Foreign("a file that regcfg did not write") } else { Found::Unfinished });
    }
    let text = read(&mut file, *room + 1)?;
    Ok(match room.checked_sub(text.len() as u64) {
        Some(left) => {
            *room = left;
            Found::Ours(OurFile { text, is_shared })
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
