//! The keys that sign receipts and checkpoints.
//!
//! They lie in `keys/` of the data folder, one file for each, readable by
//! nobody else: `NUMBER.pem`, PKCS #8. The one with the highest number signs;
//! the public halves of all are published for as long as anything they signed
//! may live.

use crate::Failure;
use crate::config::{DataArgs, KeysArgs, KeysCommand};
use constat_shared::receipt::Jwk;
use constat_shared::{Receipt, receipt};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use ed25519_dalek::{SigningKey, VerifyingKey};
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// More keys than a server that turns them every month leaves behind in eight years.
const KEYS_MAX: usize = 100;

/// A key and its name.
struct Key {
    number: u32,
    id: String,
    secret: SigningKey,
}

/// Every key of a data folder, oldest first; at least one.
pub struct Keys {
    all: Vec<Key>,
}

impl Keys {
    /// Reads the keys of a data folder; makes the first when there is none.
    ///
    /// # Errors
    /// A sentence that names the file: when one cannot be read, is no key, or
    /// others than its owner may read it.
    pub fn open(data: &Path) -> Result<Keys, Failure> {
        let dir = data.join("keys");
        DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(|error| unusable(&dir, error))?;
        if read_all(&dir)?.is_empty() {
            make(&dir, 1)?;
        }
        Ok(Keys { all: read_all(&dir)? })
    }

    /// Makes a new key, which signs from the next start of the server on.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn rotate(data: &Path) -> Result<Keys, Failure> {
        let keys = Keys::open(data)?;
        make(&data.join("keys"), keys.current().number + 1)?;
        Keys::open(data)
    }

    fn current(&self) -> &Key {
        self.all.last().expect("keys are only made with at least one")
    }

    /// The key that signs checkpoints.
    pub fn signing(&self) -> &SigningKey {
        &self.current().secret
    }

    /// The public halves, oldest first.
    pub fn public(&self) -> Vec<Jwk> {
        self.all.iter().map(|key| Jwk::of(&key.secret.verifying_key())).collect()
    }

    /// The public half of that name.
    pub fn verifying(&self, id: &str) -> Option<VerifyingKey> {
        self.all.iter().find(|key| key.id == id).map(|key| key.secret.verifying_key())
    }

    /// The receipt as a signed JWT.
    pub fn sign(&self, receipt: &Receipt) -> String {
        let key = self.current();
        receipt.sign(&key.secret, &key.id)
    }
}

/// `constat keys`: prints the keys, oldest first, after a rotation if one was asked for.
pub fn run(args: &KeysArgs) -> Result<(), Failure> {
    let (KeysCommand::List(DataArgs { data }) | KeysCommand::Rotate(DataArgs { data })) = &args.command;
    if !data.is_dir() {
        let name = data.display();
        let words =
            format!("there is no data folder {name}: name the one `constat serve` was given with --data");
        return Err(Failure::new(words));
    }
    let keys = match args.command {
        KeysCommand::List(_) => Keys::open(data)?,
        KeysCommand::Rotate(_) => Keys::rotate(data)?,
    };
    for key in &keys.all {
        let role = if key.number == keys.current().number { "signs" } else { "verifies" };
        println!("{:>3} {} {role}", key.number, key.id);
    }
    Ok(())
}

fn read_all(dir: &Path) -> Result<Vec<Key>, Failure> {
    let mut keys = Vec::new();
    for file in std::fs::read_dir(dir).map_err(|error| unusable(dir, error))? {
        let path = file.map_err(|error| unusable(dir, error))?.path();
        let number = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".pem")?.parse().ok());
        if let Some(number) = number {
            keys.push(read(&path, number)?);
        }
        if keys.len() > KEYS_MAX {
            return Err(Failure::new(format!(
                "{} holds more than {KEYS_MAX} keys: move the oldest away",
                dir.display()
            )));
        }
    }
    keys.sort_by_key(|key| key.number);
    Ok(keys)
}

fn read(path: &Path, number: u32) -> Result<Key, Failure> {
    let mode = std::fs::metadata(path).map_err(|error| unusable(path, error))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        let name = path.display();
        return Err(Failure::new(format!(
            "the key {name} may be read by others (mode {mode:03o}): chmod 600 {name}"
        )));
    }
    let pem = std::fs::read_to_string(path).map_err(|error| unusable(path, error))?;
    let secret = SigningKey::from_pkcs8_pem(&pem).map_err(|error| unusable(path, error))?;
    Ok(Key { number, id: receipt::thumbprint(&secret.verifying_key()), secret })
}

fn make(dir: &Path, number: u32) -> Result<PathBuf, Failure> {
    let path = dir.join(format!("{number}.pem"));
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| unusable(&path, error))?;
    let pem =
        SigningKey::from_bytes(&seed).to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&path, error))?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(|error| unusable(&path, error))?;
    file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| unusable(&path, error))?;
    Ok(path)
}

fn unusable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("the key {} cannot be used: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_first_start_makes_a_key_that_later_starts_find() {
        let data = tempfile::tempdir().unwrap();
        let first = Keys::open(data.path()).unwrap().public();
        assert_eq!(first.len(), 1);
        assert_eq!(Keys::open(data.path()).unwrap().public(), first);
        let mode = std::fs::metadata(data.path().join("keys/1.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_rotation_signs_with_the_new_key_and_still_publishes_the_old_one() {
        let data = tempfile::tempdir().unwrap();
        let old = Keys::open(data.path()).unwrap();
        let new = Keys::rotate(data.path()).unwrap();
        assert_eq!(new.public()[0], old.public()[0]);
        assert_ne!(new.current().id, old.current().id);
        assert!(new.verifying(&old.current().id).is_some());
    }

    #[test]
    fn a_key_that_others_may_read_stops_the_start_and_names_the_remedy() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path()).unwrap();
        let path = data.path().join("keys/1.pem");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let words = Keys::open(data.path()).err().unwrap().to_string();
        assert!(words.contains("640") && words.contains("chmod 600") && words.contains("1.pem"), "{words}");
    }

    #[test]
    fn a_damaged_key_stops_the_start() {
        let data = tempfile::tempdir().unwrap();
        Keys::open(data.path()).unwrap();
        std::fs::write(data.path().join("keys/1.pem"), "no key").unwrap();
        assert!(Keys::open(data.path()).err().unwrap().to_string().contains("1.pem"));
    }
}
