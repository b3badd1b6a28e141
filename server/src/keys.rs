//! The keys that sign receipts and checkpoints.
//!
//! The private half of the one that signs comes from the environment, from a
//! file that is named, or from `keys/` of the data folder, where the first
//! start makes it: one file for each, `NUMBER.pem`, PKCS #8, readable by nobody
//! else; the highest number signs. The public halves of all that ever signed
//! are in the store, and published for as long as anything they signed may live.

use crate::cli::{KeyArgs, KeysArgs, KeysCommand};
use crate::clock;
use crate::failure::Failure;
use crate::store::{Store, open_store, open_store_to_write};
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

/// The environment variable that holds the private key itself, as PEM.
const KEY_VARIABLE: &str = "CONSTAT_KEY";

/// The key that signs, and the public halves of all that did.
pub struct Keys {
    secret: SigningKey,
    id: String,
    public: Vec<Jwk>,
}

impl Keys {
    /// Takes the key that signs, and checks that it is the one of the store's
    /// log; a store that knows none takes it as its first.
    ///
    /// # Errors
    /// A sentence: when a key cannot be read, is no key, or others than its
    /// owner may read it; when it is not the one that signs this log.
    pub fn open(args: &KeyArgs, store: &dyn Store) -> Result<Keys, Failure> {
        let public = store.keys()?;
        let secrets = secrets(args, public.is_empty())?;
        let Some(secret) = secrets.last() else { return Err(missing(args, &public)) };
        let id = receipt::thumbprint(&secret.verifying_key());
        if public.is_empty() {
            // Earlier versions kept the public halves nowhere else.
            for secret in &secrets {
                store.add_key(&Jwk::of(&secret.verifying_key()), clock::now())?;
            }
        } else if public.last().is_some_and(|last| last.kid != id) {
            return Err(mismatch(&id, &public));
        }
        Ok(Keys { id, public: store.keys()?, secret: secret.clone() })
    }

    /// Adds a key to the store, which signs from the next start of the server
    /// on: the one that is given, else a new one in the data folder.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn rotate(args: &KeyArgs, store: &dyn Store) -> Result<(), Failure> {
        let known = store.keys()?;
        if known.len() >= KEYS_MAX {
            return Err(Failure::new(format!(
                "there are {KEYS_MAX} keys already, which is the most there may be"
            )));
        }
        let is_known = |secret: &SigningKey| {
            let id = receipt::thumbprint(&secret.verifying_key());
            known.iter().any(|jwk| jwk.kid == id)
        };
        let given = secrets(args, false)?.pop();
        // A rotation that was cut off left a file that the store does not know: it is taken up.
        let next = match given.filter(|secret| !is_known(secret)) {
            Some(next) => next,
            None if is_given(args) => {
                return Err(Failure::new("the key that was given signs already, or did: give a new one"));
            }
            None => make(&folder(args)?)?,
        };
        Ok(store.add_key(&Jwk::of(&next.verifying_key()), clock::now())?)
    }

    /// The key that signs checkpoints.
    pub fn signing(&self) -> &SigningKey {
        &self.secret
    }

    /// The public halves, oldest first.
    pub fn public(&self) -> &[Jwk] {
        &self.public
    }

    /// The public half of that name.
    pub fn verifying(&self, id: &str) -> Option<VerifyingKey> {
        self.public.iter().find(|jwk| jwk.kid == id).and_then(Jwk::key)
    }

    /// The receipt as a signed JWT.
    pub fn sign(&self, receipt: &Receipt) -> String {
        receipt.sign(&self.secret, &self.id)
    }
}

/// `constat keys`: prints the keys, oldest first, after a rotation if one was asked for.
pub fn run(args: &KeysArgs) -> Result<(), Failure> {
    let data = match &args.command {
        KeysCommand::List(args) => args,
        KeysCommand::Rotate(args) => {
            Keys::rotate(args, &*open_store_to_write(&args.data)?)?;
            &args.data
        }
    };
    let keys = open_store(data)?.keys()?;
    for (number, key) in (1..).zip(&keys) {
        let role = if number == keys.len() { "signs" } else { "verifies" };
        println!("{number:>3} {} {role}", key.kid);
    }
    Ok(())
}

fn is_given(args: &KeyArgs) -> bool {
    args.key_file.is_some() || std::env::var_os(KEY_VARIABLE).is_some()
}

/// The key that was given, or those of the data folder, the one that signs
/// last; `first` lets the folder make one when it has none.
fn secrets(args: &KeyArgs, first: bool) -> Result<Vec<SigningKey>, Failure> {
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

fn folder(args: &KeyArgs) -> Result<PathBuf, Failure> {
    let dir = args.data.data.join("keys");
    DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(|error| unusable(&dir, error))?;
    Ok(dir)
}

/// The key files of the folder by number.
fn files(dir: &Path) -> Result<Vec<(u32, PathBuf)>, Failure> {
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
fn make(dir: &Path) -> Result<SigningKey, Failure> {
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

fn missing(args: &KeyArgs, public: &[Jwk]) -> Failure {
    let last = public.last().map_or("", |last| &last.kid);
    Failure::new(format!(
        "the key {last} signs this log and is not in {}/keys: put it back from your copy, or go on with a new one by `constat keys rotate`",
        args.data.data.display()
    ))
}

fn mismatch(id: &str, public: &[Jwk]) -> Failure {
    let last = public.last().map_or("", |last| &last.kid);
    let place = public.iter().position(|jwk| jwk.kid == id);
    let what = if place.is_some() { "was replaced by another one" } else { "is not of this log" };
    Failure::new(format!(
        "the key {id} {what}: {last} signs it. Give that one, or go on with another by `constat keys rotate`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::StoreArgs;
    use crate::store::KeyStore;
    use crate::store::sqlite::SqliteStore;
    use std::os::unix::fs::PermissionsExt;

    struct Bench {
        args: KeyArgs,
        store: SqliteStore,
        data: tempfile::TempDir,
    }

    fn bench() -> Bench {
        let data = tempfile::tempdir().unwrap();
        let args = KeyArgs { data: StoreArgs::in_folder(data.path().to_owned()), key_file: None };
        Bench { args, store: SqliteStore::open(data.path()).unwrap(), data }
    }

    fn refusal(args: &KeyArgs, store: &SqliteStore) -> String {
        Keys::open(args, store).err().unwrap().to_string()
    }

    #[test]
    fn the_first_start_makes_a_key_that_later_starts_find() {
        let Bench { args, store, data } = bench();
        let first = Keys::open(&args, &store).unwrap();
        assert_eq!(first.public().len(), 1);
        assert_eq!(Keys::open(&args, &store).unwrap().public(), first.public());
        let mode = std::fs::metadata(data.path().join("keys/1.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_rotation_signs_with_the_new_key_and_still_publishes_the_old_one() {
        let Bench { args, store, data } = bench();
        let old = Keys::open(&args, &store).unwrap();
        Keys::rotate(&args, &store).unwrap();
        // The old private half is of no use any more.
        std::fs::remove_file(data.path().join("keys/1.pem")).unwrap();
        let new = Keys::open(&args, &store).unwrap();
        assert_eq!(new.public()[0], old.public()[0]);
        assert_ne!(new.id, old.id);
        assert!(new.verifying(&old.id).is_some());
    }

    #[test]
    fn a_rotation_that_was_cut_off_is_taken_up() {
        let Bench { args, store, data } = bench();
        Keys::open(&args, &store).unwrap();
        make(&data.path().join("keys")).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains("is not of this log") && words.contains("constat keys rotate"), "{words}");
        Keys::rotate(&args, &store).unwrap();
        assert_eq!(Keys::open(&args, &store).unwrap().public().len(), 2);
        assert_eq!(files(&data.path().join("keys")).unwrap().len(), 2);
    }

    #[test]
    fn a_key_that_is_lost_or_another_one_stops_the_start() {
        let Bench { args, store, data } = bench();
        let keys = Keys::open(&args, &store).unwrap();
        std::fs::remove_file(data.path().join("keys/1.pem")).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains(&keys.id) && words.contains("put it back"), "{words}");
        make(&data.path().join("keys")).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains("is not of this log") && words.contains(&keys.id), "{words}");
        assert_eq!(store.keys().unwrap(), keys.public());
    }

    #[test]
    fn a_key_given_by_its_path_signs_and_is_rotated_by_giving_another() {
        let Bench { args, store, data } = bench();
        let dir = data.path().join("elsewhere");
        std::fs::create_dir(&dir).unwrap();
        make(&dir).unwrap();
        make(&dir).unwrap();
        let given = |number| KeyArgs { key_file: Some(dir.join(format!("{number}.pem"))), ..args.clone() };
        let first = Keys::open(&given(1), &store).unwrap();
        assert!(!data.path().join("keys").exists());
        assert!(refusal(&given(2), &store).contains(&first.id));
        Keys::rotate(&given(2), &store).unwrap();
        assert_eq!(Keys::open(&given(2), &store).unwrap().public().len(), 2);
        assert!(refusal(&given(1), &store).contains("was replaced"));
        assert!(Keys::rotate(&given(1), &store).is_err());
    }

    #[test]
    fn a_store_of_an_earlier_version_takes_the_keys_of_the_folder_in_their_order() {
        let Bench { args, store, data } = bench();
        let dir = folder(&args).unwrap();
        let made = [make(&dir).unwrap(), make(&dir).unwrap()].map(|key| Jwk::of(&key.verifying_key()));
        assert_eq!(Keys::open(&args, &store).unwrap().public(), made);
        drop(data);
    }

    #[test]
    fn a_key_that_others_may_read_stops_the_start_and_names_the_remedy() {
        let Bench { args, store, data } = bench();
        Keys::open(&args, &store).unwrap();
        let path = data.path().join("keys/1.pem");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains("640") && words.contains("chmod 600") && words.contains("1.pem"), "{words}");
    }

    #[test]
    fn a_damaged_key_stops_the_start() {
        let Bench { args, store, data } = bench();
        Keys::open(&args, &store).unwrap();
        std::fs::write(data.path().join("keys/1.pem"), "no key").unwrap();
        assert!(refusal(&args, &store).contains("1.pem"));
    }
}
