//! The keys that sign receipts and checkpoints.
//!
//! The private half of the one that signs comes from the environment, from a
//! file that is named, or from `keys/` of the data folder, where the first
//! start makes it: one file for each, `NUMBER.pem`, PKCS #8, which no stranger
//! may read or write; the highest number signs. The public halves of all that ever signed
//! are in the store, and published for as long as anything they signed may live.

use super::key_files::{KEYS_MAX, is_given, make, secrets};
use crate::cli::KeyArgs;
use crate::clock;
use crate::failure::Failure;
use crate::store::KeyStore;
use constat_shared::proof::thumbprint;
use constat_shared::{Jwk, Receipt};
use ed25519_dalek::{SigningKey, VerifyingKey};
use std::path::{Path, PathBuf};

/// The key that signs, and the public halves of all that did.
pub struct Keys {
    secret: SigningKey,
    id: String,
    public: Vec<Jwk>,
    data: PathBuf,
}

impl Keys {
    /// Takes the key that signs, and checks that it is the one of the store's
    /// log; a store that knows none takes it as its first.
    ///
    /// # Errors
    /// A sentence: when a key cannot be read, is no key, or a stranger may
    /// read or write it; when it is not the one that signs this log.
    pub fn open(args: &KeyArgs, store: &dyn KeyStore) -> Result<Keys, Failure> {
        let public = store.keys()?;
        let secrets = secrets(args, public.is_empty())?;
        let Some(secret) = secrets.last() else { return Err(missing(args, &public)) };
        let id = thumbprint(&secret.verifying_key());
        if public.is_empty() {
            // Earlier versions kept the public halves nowhere else.
            for secret in &secrets {
                store.add_key(&Jwk::of(&secret.verifying_key()), clock::now())?;
            }
        } else if public.last().is_some_and(|last| last.kid != id) {
            return Err(mismatch(&id, &public));
        }
        let data = args.data.data.clone();
        Ok(Keys { id, public: store.keys()?, secret: secret.clone(), data })
    }

    /// Adds a key to the store, which signs from the next start of the server
    /// on: the one that is given, else a new one in the data folder.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn rotate(args: &KeyArgs, store: &dyn KeyStore) -> Result<(), Failure> {
        let known = store.keys()?;
        if known.len() >= KEYS_MAX {
            return Err(Failure::new(format!(
                "there are {KEYS_MAX} keys already, which is the most there may be"
            )));
        }
        let is_known = |secret: &SigningKey| {
            let id = thumbprint(&secret.verifying_key());
            known.iter().any(|jwk| jwk.kid == id)
        };
        let given = secrets(args, false)?.pop();
        // An interrupted rotation left a key file that the store does not know: that key is used.
        let next = match given.filter(|secret| !is_known(secret)) {
            Some(next) => next,
            None if is_given(args) => {
                return Err(Failure::new("the key that was given signs already, or did: give a new one"));
            }
            None => make(&args.data.data)?,
        };
        Ok(store.add_key(&Jwk::of(&next.verifying_key()), clock::now())?)
    }

    /// The data folder, whether the keys lie in it or were given.
    pub fn folder(&self) -> &Path {
        &self.data
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

fn missing(args: &KeyArgs, public: &[Jwk]) -> Failure {
    let last = public.last().map_or("", |last| &last.kid);
    Failure::new(format!(
        "the key {last} signs this log and is not in {}/keys: restore it from your backup, or run `constat keys rotate` to use a new key",
        args.data.data.display()
    ))
}

fn mismatch(id: &str, public: &[Jwk]) -> Failure {
    let last = public.last().map_or("", |last| &last.kid);
    let is_known = public.iter().any(|jwk| jwk.kid == id);
    let what = if is_known { "was replaced by another one" } else { "is not of this log" };
    Failure::new(format!(
        "the key {id} {what}: {last} signs it. Give that one, or run `constat keys rotate` to use another"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::StoreArgs;
    use crate::proof::key_files::{files, folder};
    use crate::store::sqlite::SqliteStore;
    use std::os::unix::fs::PermissionsExt;

    struct Setup {
        args: KeyArgs,
        store: SqliteStore,
        data: tempfile::TempDir,
    }

    fn set_up() -> Setup {
        let data = tempfile::tempdir().unwrap();
        let args = KeyArgs { data: StoreArgs::in_folder(data.path().to_owned()), key_file: None };
        Setup { args, store: SqliteStore::open(data.path()).unwrap(), data }
    }

    fn refusal(args: &KeyArgs, store: &SqliteStore) -> String {
        Keys::open(args, store).err().unwrap().to_string()
    }

    #[test]
    fn the_first_start_makes_a_key_that_later_starts_find() {
        let Setup { args, store, data } = set_up();
        let first = Keys::open(&args, &store).unwrap();
        assert_eq!(first.public().len(), 1);
        assert_eq!(Keys::open(&args, &store).unwrap().public(), first.public());
        let mode = std::fs::metadata(data.path().join("keys/1.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_rotation_signs_with_the_new_key_and_still_publishes_the_old_one() {
        let Setup { args, store, data } = set_up();
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
        let Setup { args, store, data } = set_up();
        Keys::open(&args, &store).unwrap();
        make(data.path()).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains("is not of this log") && words.contains("constat keys rotate"), "{words}");
        Keys::rotate(&args, &store).unwrap();
        assert_eq!(Keys::open(&args, &store).unwrap().public().len(), 2);
        assert_eq!(files(&data.path().join("keys")).unwrap().len(), 2);
    }

    #[test]
    fn a_key_that_is_lost_or_another_one_stops_the_start() {
        let Setup { args, store, data } = set_up();
        let keys = Keys::open(&args, &store).unwrap();
        std::fs::remove_file(data.path().join("keys/1.pem")).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains(&keys.id) && words.contains("restore it from your backup"), "{words}");
        make(data.path()).unwrap();
        let words = refusal(&args, &store);
        assert!(words.contains("is not of this log") && words.contains(&keys.id), "{words}");
        assert_eq!(store.keys().unwrap(), keys.public());
    }

    #[test]
    fn a_key_given_by_its_path_signs_and_is_rotated_by_giving_another() {
        let Setup { args, store, data } = set_up();
        let dir = data.path().join("elsewhere");
        std::fs::create_dir(&dir).unwrap();
        make(&dir).unwrap();
        make(&dir).unwrap();
        let given =
            |number| KeyArgs { key_file: Some(folder(&dir).join(format!("{number}.pem"))), ..args.clone() };
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
        let Setup { args, store, data } = set_up();
        let made =
            [make(data.path()).unwrap(), make(data.path()).unwrap()].map(|key| Jwk::of(&key.verifying_key()));
        assert_eq!(Keys::open(&args, &store).unwrap().public(), made);
        drop(data);
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_key_that_others_may_read_stops_the_start_and_names_the_remedy() {
        let Setup { args, store, data } = set_up();
        Keys::open(&args, &store).unwrap();
        let path = data.path().join("keys/1.pem");
        for open_to_others in [0o644, 0o602] {
            set_mode(&path, open_to_others);
            let words = refusal(&args, &store);
            assert!(words.contains(&format!("{open_to_others:o}")) && words.contains("others"), "{words}");
            assert!(words.contains("chmod 600") && words.contains("1.pem"), "{words}");
            assert_eq!(mode(&path), open_to_others, "it is left as evidence");
        }
    }

    #[test]
    fn a_key_that_a_volume_opened_to_the_group_of_this_process_is_used_and_closed() {
        let Setup { args, store, data } = set_up();
        Keys::open(&args, &store).unwrap();
        let path = data.path().join("keys/1.pem");
        set_mode(&path, 0o660);
        set_mode(&data.path().join("keys"), 0o770);
        Keys::open(&args, &store).unwrap();
        assert_eq!((mode(&path), mode(&data.path().join("keys"))), (0o600, 0o700));
    }

    #[test]
    fn a_key_that_is_given_for_the_group_of_this_process_is_used_and_left_alone() {
        let Setup { args, store, data } = set_up();
        let elsewhere = tempfile::tempdir().unwrap();
        make(elsewhere.path()).unwrap();
        // As a mounted secret: the name is a link.
        let (target, path) = (folder(elsewhere.path()).join("1.pem"), elsewhere.path().join("key.pem"));
        std::os::unix::fs::symlink(&target, &path).unwrap();
        set_mode(&target, 0o440);
        let args = KeyArgs { key_file: Some(path.clone()), ..args };
        Keys::open(&args, &store).unwrap();
        assert_eq!(mode(&target), 0o440);
        set_mode(&folder(elsewhere.path()), 0o777);
        let words = refusal(&args, &store);
        assert!(words.contains("may be replaced by others") && words.contains("chmod go-w"), "{words}");
        drop(data);
    }

    #[test]
    fn a_damaged_key_stops_the_start() {
        let Setup { args, store, data } = set_up();
        Keys::open(&args, &store).unwrap();
        std::fs::write(data.path().join("keys/1.pem"), "no key").unwrap();
        assert!(refusal(&args, &store).contains("1.pem"));
    }
}
