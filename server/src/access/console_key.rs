//! The console key, a file beside the keys that sign: of it are derived the key that
//! signs API tokens, the key that encrypts the secrets of second factors, and the key of
//! what is worked out in place of being stored. It is never in the store, so that nobody
//! signs in with a copy of it.

use super::access::Access;
use super::setting;
use super::trail::{Action, Command, Note};
use super::{account, api_token, random};
use crate::failure::{Failure, failed};
use crate::files::{Circle, FileOwner};
use crate::proof::key_files::{close_key, folder, read_text, unusable, write_new};
use crate::store::AccountStore;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use constat_shared::Timestamp;
use constat_shared::proof::thumbprint;
use ed25519_dalek::SigningKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use std::path::{Path, PathBuf};

/// The environment variable that holds the console key itself.
pub const KEY_VARIABLE: &str = "CONSTAT_CONSOLE_KEY";
/// Its file in the folder of the keys.
const FILE: &str = "console.key";

/// The keys of the console.
pub struct ConsoleKeys {
    token: SigningKey,
    id: String,
    sealing: LessSafeKey,
    deriving: hmac::Key,
}

impl ConsoleKeys {
    /// Takes the console key: from the environment, from the file that is given, or from
    /// the folder of the keys in `data`, where the first use makes it. Every server and
    /// command of a store has the same. One that the store did not know is noted in the audit trail, as
    /// added by `by`.
    ///
    /// # Errors
    /// A sentence: when it cannot be read, is no key, or a stranger may read or write
    /// it; when second factors or tokens need the one that it replaces.
    pub fn open(
        data: &Path,
        given: Option<&Path>,
        access: &Access,
        by: Command,
        now: Timestamp,
    ) -> Result<ConsoleKeys, Failure> {
        let store = access.store();
        let known = setting::console_key(store)?;
        let is_needed = known.is_some() && is_needed(store, now)?;
        let keys = ConsoleKeys::derive(&secret(data, given, is_needed)?)?;
        if known.as_deref() == Some(&keys.id) {
            return Ok(keys);
        }
        if is_needed {
            return Err(Failure::new(format!(
                "the console key {} is not the one of this store, which is {}: give that one, as \
                 --console-key-file, in {KEY_VARIABLE}, or as {} from your backup; every server of a store has the same",
                keys.id,
                known.unwrap_or_default(),
                path(data).display()
            )));
        }
        access.note(Note::of(Action::ConsoleKeyAdded).by_command(by).to(&keys.id), now).map_err(failed)?;
        setting::set_console_key(store, &keys.id).map_err(failed)?;
        Ok(keys)
    }

    /// The keys that follow from a secret.
    pub(super) fn derive(secret: &[u8; 32]) -> Result<ConsoleKeys, Failure> {
        let derived = |label: &'static str| {
            let mut key = [0; 32];
            let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"constat console key").extract(secret);
            let label = [label.as_bytes()];
            let filled = root.expand(&label, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut key));
            filled.map(|()| key).map_err(|_| Failure::new("the console key cannot be derived from"))
        };
        let token = SigningKey::from_bytes(&derived("tokens")?);
        let sealing = UnboundKey::new(&AES_256_GCM, &derived("second factors")?)
            .map_err(|_| Failure::new("the console key cannot encrypt"))?;
        let deriving = hmac::Key::new(hmac::HMAC_SHA256, &derived("derived values")?);
        let id = thumbprint(&token.verifying_key());
        Ok(ConsoleKeys { id, token, sealing: LessSafeKey::new(sealing), deriving })
    }

    /// The key that signs API tokens.
    pub fn token(&self) -> &SigningKey {
        &self.token
    }

    /// The id of the key that signs API tokens.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Encrypts a secret of an account, so that only the same account's is opened.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal(&self, secret: &[u8], account_id: &str) -> Result<String, getrandom::Error> {
        // A secret is sealed once for each enrolment: random nonces do not repeat.
        let nonce: [u8; NONCE_LEN] = random::bytes()?;
        let mut sealed = secret.to_vec();
        let aad = Aad::from(account_id.as_bytes());
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("a secret is shorter than the 64 GiB that AES-GCM encrypts");
        Ok(BASE64URL.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// A value that only this key gives for a purpose and these parts, none of which has a line break:
    /// the same at every server, and no way back to the parts.
    pub fn derived(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let text = [&[purpose], parts].concat().join("\n");
        let mut value = [0; 32];
        value.copy_from_slice(hmac::sign(&self.deriving, text.as_bytes()).as_ref());
        value
    }

    /// Decrypts a secret of an account; `None` for what was sealed with another key, for
    /// another account, or was changed.
    pub fn unseal(&self, sealed: &str, account_id: &str) -> Option<Vec<u8>> {
        let bytes = BASE64URL.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.sealing.open_in_place(nonce, Aad::from(account_id.as_bytes()), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}

/// Whether anything would be lost with another key.
fn is_needed<S: AccountStore + ?Sized>(store: &S, now: Timestamp) -> Result<bool, Failure> {
    let has_factor = account::all(store, now)?
        .iter()
        .any(|account| account.is_live(now) && account.second_factor.is_some());
    Ok(has_factor || api_token::all(store, now)?.iter().any(|token| token.is_live(now)))
}

fn path(data: &Path) -> PathBuf {
    folder(data).join(FILE)
}

/// The key that was given, or the one of the data folder.
fn secret(data: &Path, given: Option<&Path>, is_needed: bool) -> Result<[u8; 32], Failure> {
    if let Some(text) = std::env::var_os(KEY_VARIABLE) {
        let unusable = || Failure::new(format!("{KEY_VARIABLE} is not 43 characters of base64url"));
        return text.to_str().and_then(parse).ok_or_else(unusable);
    }
    let unreadable = |path: &Path| unusable(path, "it is not 43 characters of base64url");
    if let Some(path) = given {
        return parse(&read_text(path, &Circle::of_process())?).ok_or_else(|| unreadable(path));
    }
    let path = path(data);
    if path.symlink_metadata().is_err() {
        if is_needed {
            return Err(Failure::new(format!(
                "the console key {} is missing, and second factors and tokens need it: restore it from your \
                 backup; without one, remove those accounts with `constat user remove`, and revoke the tokens",
                path.display()
            )));
        }
        let made = random::secret().map_err(|error| unusable(&path, error))?;
        write_new(data, FILE, &format!("{made}\n"))?;
    }
    let owner = FileOwner::of_folder(data)?;
    let circle = Circle::of_folder(owner.uid(), owner.gid());
    close_key(&owner, &circle, &path);
    parse(&read_text(&path, &circle)?).ok_or_else(|| unreadable(&path))
}

fn parse(text: &str) -> Option<[u8; 32]> {
    BASE64URL.decode(text.trim()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::account::{Account, SecondFactor};
    use crate::cli::{KeyArgs, StoreArgs};
    use crate::proof::keys::Keys;
    use crate::store::Store;
    use crate::store::sqlite::SqliteStore;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    fn access(data: &Path) -> Access {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(data).unwrap());
        let args = KeyArgs { data: StoreArgs::in_folder(data.to_owned()), key_file: None };
        let keys = Arc::new(Keys::open(&args, &*store).unwrap());
        Access::new(store, keys)
    }

    fn open(data: &Path, given: Option<&Path>, access: &Access) -> Result<ConsoleKeys, Failure> {
        ConsoleKeys::open(data, given, access, Command::Serve, at())
    }

    fn at() -> Timestamp {
        Timestamp::from_unix_ms(1_800_000_000_000)
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_alone_and_is_not_in_the_store() {
        let data = tempfile::tempdir().unwrap();
        let access = access(data.path());
        let first = open(data.path(), None, &access).unwrap();
        assert_eq!(open(data.path(), None, &access).unwrap().id(), first.id());
        let path = data.path().join("keys/console.key");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let words = open(data.path(), None, &access).err().unwrap().to_string();
        assert!(words.contains("may be read by others") && words.contains("chmod 600"), "{words}");
    }

    #[test]
    fn another_key_is_taken_only_while_nothing_needs_the_first() {
        let data = tempfile::tempdir().unwrap();
        let access = access(data.path());
        let path = data.path().join("keys/console.key");
        let first = open(data.path(), None, &access).unwrap();
        std::fs::remove_file(&path).unwrap();
        let second = open(data.path(), None, &access).unwrap();
        assert_ne!(second.id(), first.id());
        let mut account = Account::new("a@b".into(), Vec::new(), "x", at()).unwrap();
        account.second_factor = Some(SecondFactor { secret: String::new(), last_step: 0 });
        account::insert(access.store(), &account, at()).unwrap();
        std::fs::remove_file(&path).unwrap();
        let refusal = |given| open(data.path(), given, &access).err().unwrap().to_string();
        assert!(refusal(None).contains("restore it from your backup"));
        let other = data.path().join("other.key");
        std::fs::write(&other, format!("{}\n", random::secret().unwrap())).unwrap();
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(refusal(Some(&other)).contains(second.id()));
        assert!(!path.exists());
        let noted: Vec<_> =
            access.store().trail(0, 10).unwrap().into_iter().map(|entry| entry.target).collect();
        assert_eq!(noted, [Some(first.id().to_owned()), Some(second.id().to_owned())]);
    }

    #[test]
    fn a_secret_is_opened_only_for_its_account_and_unchanged() {
        let keys = ConsoleKeys::derive(&[7; 32]).unwrap();
        let sealed = keys.seal(b"secret", "one").unwrap();
        assert_eq!(keys.unseal(&sealed, "one").as_deref(), Some(b"secret".as_slice()));
        assert_eq!(keys.unseal(&sealed, "two"), None);
        assert_eq!(ConsoleKeys::derive(&[8; 32]).unwrap().unseal(&sealed, "one"), None);
        let mut changed = sealed.clone().into_bytes();
        changed[20] ^= 1;
        assert_eq!(keys.unseal(&String::from_utf8(changed).unwrap(), "one"), None);
        assert_ne!(keys.seal(b"secret", "one").unwrap(), sealed);
    }
}
