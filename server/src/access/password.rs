//! Passwords: what they may be, how they are stored, and how many are checked at once.

use super::error::{AccessError, Refusal};
use super::random;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordVerifier, Version};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// The fewest characters of a password.
pub const CHARS_MIN: usize = 12;
/// The most bytes of a password: more than anybody types, and too few to be a burden.
pub const BYTES_MAX: usize = 256;

/// How many passwords are checked at once. Each takes 19 MiB and a core for some 20 ms.
const WORKERS: usize = 2;
/// How many may wait for their turn: about a second of them.
const WAITING_MAX: usize = 64;

/// Memory in KiB, passes and lanes of Argon2id (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of a password that nobody has, for accounts that there are not.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash(&random::secret().ok()?).ok());

/// Checks that a password is long enough, not too long, and not the e-mail address.
///
/// # Errors
/// [`Refusal::PasswordShort`], [`Refusal::PasswordLong`], [`Refusal::PasswordIsEmail`].
pub fn check(password: &str, email: &str) -> Result<(), Refusal> {
    if password.len() > BYTES_MAX {
        Err(Refusal::PasswordLong)
    } else if password.chars().count() < CHARS_MIN {
        Err(Refusal::PasswordShort)
    } else if password.trim().to_lowercase() == email {
        Err(Refusal::PasswordIsEmail)
    } else {
        Ok(())
    }
}

/// The hash of a password under a random salt, as a PHC string:
/// `$argon2id$v=19$m=19456,t=2,p=1$…`. Takes some 20 ms.
///
/// # Errors
/// When the system gives no random numbers.
pub fn hash(password: &str) -> Result<String, AccessError> {
    let salt: [u8; 16] = random::bytes()?;
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash: PasswordHash| hash.to_string()).map_err(|error| AccessError::Random(error.to_string()))
}

/// Whether it is the password of that hash. `None`, for an account that there is not,
/// takes the same time. A password that nobody could have set is none.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    if password.len() > BYTES_MAX {
        return false;
    }
    let Some(compared) = hash.or(NOBODYS.as_deref()).and_then(|hash| PasswordHash::new(hash).ok()) else {
        return false;
    };
    let is_right = argon2().verify_password(password.as_bytes(), &compared).is_ok();
    is_right && hash.is_some()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Limits how many passwords are hashed at once, off the threads that answer requests.
pub struct PasswordWorkers {
    turns: Semaphore,
    waiting: AtomicUsize,
}

impl Default for PasswordWorkers {
    fn default() -> PasswordWorkers {
        // Made now, so that the first unknown account takes no longer than the others.
        LazyLock::force(&NOBODYS);
        PasswordWorkers { turns: Semaphore::new(WORKERS), waiting: AtomicUsize::new(0) }
    }
}

impl PasswordWorkers {
    /// Calls what hashes passwords, on a thread that may block, when it is its turn.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many wait; what `work` refuses.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let _place = Place::take(&self.waiting).ok_or(Refusal::Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_| Refusal::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Busy)?
    }
}

/// A place in the queue, given back also when the request is dropped.
struct Place<'a>(&'a AtomicUsize);

impl Place<'_> {
    fn take(waiting: &AtomicUsize) -> Option<Place<'_>> {
        let place = Place(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < WAITING_MAX + WORKERS).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_password_is_stored_as_argon2id_with_a_salt_of_its_own() {
        let hashed = hash("correct horse battery").unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(verify("correct horse battery", Some(&hashed)));
        assert!(!verify("correct horse batterY", Some(&hashed)));
        assert!(!verify("correct horse battery", None));
        assert_ne!(hash("correct horse battery").unwrap(), hashed);
    }

    #[test]
    fn a_password_has_12_characters_at_most_256_bytes_and_is_not_the_address() {
        let email = "longname@helvia.example";
        assert_eq!(check("é".repeat(12).as_str(), email), Ok(()));
        assert_eq!(check("é".repeat(11).as_str(), email), Err(Refusal::PasswordShort));
        assert_eq!(check(&"a".repeat(256), email), Ok(()));
        assert_eq!(check(&"a".repeat(257), email), Err(Refusal::PasswordLong));
        assert_eq!(check("LongName@helvia.example ", email), Err(Refusal::PasswordIsEmail));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn at_most_two_passwords_are_checked_at_once_and_few_wait() {
        let workers = Arc::new(PasswordWorkers::default());
        let running = Arc::new(AtomicUsize::new(0));
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let (workers, running) = (Arc::clone(&workers), Arc::clone(&running));
                tokio::spawn(async move {
                    let work = move || {
                        let at_once = running.fetch_add(1, Ordering::SeqCst) + 1;
                        std::thread::sleep(std::time::Duration::from_millis(2));
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok(at_once)
                    };
                    workers.run(work).await
                })
            })
            .collect();
        let mut refused = 0;
        for call in calls {
            match call.await.unwrap() {
                Ok(at_once) => assert!(at_once <= 2),
                Err(AccessError::Refused(Refusal::Busy)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(refused < 100);
        assert_eq!(workers.waiting.load(Ordering::SeqCst), 0);
    }
}
