//! The private keys: from the environment, from a file that is named, or from
//! `keys/` of the data folder, one PEM file (PKCS #8) for each.

use crate::cli::KeyArgs;
use crate::failure::Failure;
use crate::files::{Circle, FileOwner, Stranger};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// More keys than a server that rotates them every month leaves behind in eight years.
pub const KEYS_MAX: usize = 100;

/// The most bytes of a key file that are read.
const TEXT_BYTES_MAX: u64 = 16 * 1024;

/// The environment variable that holds the private key itself, as PEM.
const KEY_VARIABLE: &str = "CONSTAT_KEY";

/// Whether the environment or the command line gives the key.
pub fn is_given(args: &KeyArgs) -> bool {
    args.key_file.is_some() || std::env::var_os(KEY_VARIABLE).is_some()
}

/// The key that was given, or those of the data folder, the one that signs
/// last; `first` lets the folder make one when it has none.
pub fn secrets(args: &KeyArgs, first: bool) -> Result<Vec<SigningKey>, Failure> {
    if let Some(pem) = std::env::var_os(KEY_VARIABLE) {
        let unusable = |error: &dyn std::fmt::Display| {
            Failure::new(format!("the key in {KEY_VARIABLE} cannot be used: {error}"))
        };
        let pem = pem.into_string().map_err(|_| unusable(&"it is not text"))?;
        return Ok(vec![SigningKey::from_pkcs8_pem(&pem).map_err(|error| unusable(&error))?]);
    }
    if let Some(path) = &args.key_file {
        return Ok(vec![read(path, &Circle::of_process())?]);
    }
    let data = &args.data.data;
    let owner = FileOwner::of_folder(data)?;
    let dir = folder(data);
    let paths = files(&dir)?;
    if paths.is_empty() && first {
        return Ok(vec![make(data)?]);
    }
    let circle = Circle::of_folder(owner.uid(), owner.gid());
    close(&owner, &circle, &dir, &paths)?;
    paths.iter().map(|(_, path)| read(path, &circle)).collect()
}

/// The folder of the keys in a data folder.
pub fn folder(data: &Path) -> PathBuf {
    data.join("keys")
}

/// The key files of a folder by number; none of one that is not there.
pub fn files(dir: &Path) -> Result<Vec<(u32, PathBuf)>, Failure> {
    let mut files = Vec::new();
    let found = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(files),
        found => found.map_err(|error| unusable(dir, error))?,
    };
    for file in found {
        let path = file.map_err(|error| unusable(dir, error))?.path();
        let number = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".pem")?.parse().ok());
        files.extend(number.map(|number| (number, path)));
        if files.len() > KEYS_MAX {
            let name = dir.display();
            return Err(Failure::new(format!(
                "{name} holds more than {KEYS_MAX} keys: move the oldest away"
            )));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Closes the folder and the keys to their group, which a volume may open
/// before each start. A key that others could read is left for [`read`] to
/// refuse: they may have read it.
fn close(owner: &FileOwner, circle: &Circle, dir: &Path, paths: &[(u32, PathBuf)]) -> Result<(), Failure> {
    if paths.is_empty() {
        return Ok(());
    }
    owner.make_folder(dir).map_err(|error| unusable(dir, error))?;
    paths.iter().for_each(|(_, path)| close_key(owner, circle, path));
    Ok(())
}

/// Closes a key of the data folder to its group, unless a stranger could read it.
pub fn close_key(owner: &FileOwner, circle: &Circle, path: &Path) {
    let is_ours = |key: &Metadata| key.is_file() && circle.stranger_to_file(key).is_none();
    if path.symlink_metadata().is_ok_and(|key| is_ours(&key)) {
        // The key of a medium that cannot be written stays as it is: no stranger reads it.
        let _ = owner.close_file(path);
    }
}

/// The key of a file.
fn read(path: &Path, circle: &Circle) -> Result<SigningKey, Failure> {
    let pem = read_text(path, circle)?;
    SigningKey::from_pkcs8_pem(&pem).map_err(|error| unusable(path, error))
}

/// The text of a file that no stranger may read or replace. It may be reached through
/// links, as in a mounted secret.
///
/// # Errors
/// A sentence with the remedy.
pub fn read_text(path: &Path, circle: &Circle) -> Result<String, Failure> {
    let file = File::open(path).map_err(|error| unusable(path, error))?;
    let metadata = file.metadata().map_err(|error| unusable(path, error))?;
    if let Some(stranger) = circle.stranger_to_file(&metadata) {
        return Err(open_to(path, &metadata, stranger));
    }
    let target = path.canonicalize().ok();
    for folder in [Some(path), target.as_deref()].into_iter().flatten().filter_map(Path::parent) {
        check_folder(path, folder, circle)?;
    }
    let mut text = String::new();
    file.take(TEXT_BYTES_MAX).read_to_string(&mut text).map_err(|error| unusable(path, error))?;
    Ok(text)
}

/// Refuses a folder in which a stranger could put another key in the place of one.
fn check_folder(key: &Path, folder: &Path, circle: &Circle) -> Result<(), Failure> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // A pipe of the shell is in no folder.
    let Ok(metadata) = folder.metadata() else { return Ok(()) };
    let Some(stranger) = circle.stranger_to_folder(&metadata) else { return Ok(()) };
    let (name, folder, mode) = (key.display(), folder.display(), metadata.mode() & 0o7777);
    Err(Failure::new(format!(
        "the key {name} may be replaced by {stranger}, because the folder {folder} has the mode {mode:03o}: \
         chmod go-w {folder}"
    )))
}

/// The refusal of a key that a stranger may read or write.
fn open_to(path: &Path, key: &Metadata, stranger: Stranger) -> Failure {
    let (name, mode) = (path.display(), key.mode() & 0o777);
    let remedy = match stranger {
        Stranger::Owner(_) => {
            format!("give it to the user of this process or to root, with chown, and chmod 600 {name}")
        }
        Stranger::Others | Stranger::Group(_) => {
            format!("chmod 600 {name}, or give it to root and a group of this process, with mode 440")
        }
    };
    Failure::new(format!("the key {name} may be read by {stranger} (mode {mode:03o}): {remedy}"))
}

/// Makes a new key in a data folder, behind those that are there.
pub fn make(data: &Path) -> Result<SigningKey, Failure> {
    let number = files(&folder(data))?.last().map_or(1, |(last, _)| last + 1);
    let name = format!("{number}.pem");
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| unusable(&folder(data).join(&name), error))?;
    let key = SigningKey::from_bytes(&seed);
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&folder(data).join(&name), error))?;
    write_new(data, &name, &pem)?;
    Ok(key)
}

/// Writes a new file of that name into the folder of the keys, for its owner alone.
///
/// # Errors
/// A sentence: when it is there already, or cannot be made.
pub fn write_new(data: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let owner = FileOwner::of_folder(data)?;
    let dir = folder(data);
    owner.make_data_folder(data)?;
    owner.make_folder(&dir).map_err(|error| unusable(&dir, error))?;
    let path = dir.join(name);
    let mut file = owner.create_new(&path).map_err(|error| unusable(&path, error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| unusable(&path, error))
}

/// The failure of a key file that cannot be used.
pub fn unusable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("the key {} cannot be used: {error}", path.display()))
}
