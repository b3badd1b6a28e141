//! The files that somebody gives to be verified, read with limits.

use super::timestamp::trust::{Authorities, CA_BYTES_MAX};
use crate::failure::Failure;
use constat_shared::proof::KEY_SET_BYTES_MAX;
use constat_shared::{Hash, KeySet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most bytes of a picture that is read, and the most pictures: many times what a pack holds.
const PICTURE_BYTES_MAX: usize = 32 * 1024 * 1024;
const PICTURES_MAX: usize = 256;

/// The key set of a file (RFC 7517).
///
/// # Errors
/// A sentence, when it cannot be read or is none.
pub fn read_keys(file: &Path) -> Result<KeySet, Failure> {
    serde_json::from_slice(&read(file, KEY_SET_BYTES_MAX)?)
        .map_err(|error| Failure::new(format!("{} is not a key set: {error}", file.display())))
}

/// The name and hash of every picture in a folder, by name.
///
/// # Errors
/// A sentence, when the folder cannot be read, holds no picture or too many.
pub fn read_pictures(dir: &Path) -> Result<Vec<(String, Hash)>, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", dir.display()));
    let mut pictures = Vec::new();
    for file in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = file.map_err(unreadable)?.path();
        let Some(name) =
            path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".png"))
        else {
            continue;
        };
        if pictures.len() == PICTURES_MAX {
            let words = format!(
                "{} holds more than {PICTURES_MAX} pictures: name the folder of one notice",
                dir.display()
            );
            return Err(Failure::new(words));
        }
        pictures.push((name.to_owned(), Hash::of(&read(&path, PICTURE_BYTES_MAX)?)));
    }
    if pictures.is_empty() {
        let words =
            format!("there is no picture in {}: name the folder of the notice's PNG files", dir.display());
        return Err(Failure::new(words));
    }
    pictures.sort_unstable();
    Ok(pictures)
}

/// The CA certificates of a PEM file.
///
/// # Errors
/// A sentence, when there is none in it or one cannot be used.
pub fn read_authorities(file: &Path) -> Result<Authorities, Failure> {
    Authorities::read(file, &read(file, CA_BYTES_MAX)?)
}

/// A file of at most `bytes_max` bytes.
///
/// # Errors
/// A sentence, when it cannot be read or is larger.
pub fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(format!("{} cannot be read: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > bytes_max {
        return Err(Failure::new(format!("{} is larger than {bytes_max} bytes", path.display())));
    }
    Ok(bytes)
}
