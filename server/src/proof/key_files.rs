//! The private keys: from the environment, from a file that is named, or from
//! `keys/` of the data folder, one PEM file (PKCS #8) for each.

use crate::cli::KeyArgs;
use crate::failure::Failure;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// More keys than a server that rotates them every month leaves behind in eight years.
pub const KEYS_MAX: usize = 100;

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
        return Ok(vec![read(path)?]);
    }
    let dir = folder(args)?;
    let paths = files(&dir)?;
    if paths.is_empty() && first {
        return Ok(vec![make(&dir)?]);
    }
    paths.iter().map(|(_, path)| read(path)).collect()
}

/// The folder of the keys, made when it is not there.
pub fn folder(args: &KeyArgs) -> Result<PathBuf, Failure> {
    let dir = args.data.data.join("keys");
    DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(|error| unusable(&dir, error))?;
    Ok(dir)
}

/// The key files of the folder by number.
pub fn files(dir: &Path) -> Result<Vec<(u32, PathBuf)>, Failure> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(dir).map_err(|error| unusable(dir, error))? {
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

fn read(path: &Path) -> Result<SigningKey, Failure> {
    let mode = std::fs::metadata(path).map_err(|error| unusable(path, error))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        let name = path.display();
        return Err(Failure::new(format!(
            "the key {name} may be read by others (mode {mode:03o}): chmod 600 {name}"
        )));
    }
    let pem = std::fs::read_to_string(path).map_err(|error| unusable(path, error))?;
    SigningKey::from_pkcs8_pem(&pem).map_err(|error| unusable(path, error))
}

/// Makes a new key behind those of the folder.
pub fn make(dir: &Path) -> Result<SigningKey, Failure> {
    let number = files(dir)?.last().map_or(1, |(last, _)| last + 1);
    let path = dir.join(format!("{number}.pem"));
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| unusable(&path, error))?;
    let key = SigningKey::from_bytes(&seed);
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&path, error))?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(|error| unusable(&path, error))?;
    file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| unusable(&path, error))?;
    Ok(key)
}

fn unusable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("the key {} cannot be used: {error}", path.display()))
}
