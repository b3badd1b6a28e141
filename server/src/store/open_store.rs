//! Opens the store that the command line names.

use crate::cli::StoreArgs;
use crate::failure::Failure;
use crate::files::FileOwner;
use crate::store::copy_store::CopyStore;
use crate::store::redis::{Address, RedisStore};
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use crate::store::store::Store;
use std::path::Path;
use std::time::Duration;

/// Opens an existing store to read it, also while a server uses it.
///
/// # Errors
/// When there is none or it cannot be read.
pub fn open_store(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        return finished(redis.existing()?);
    }
    check_store(&args.data)?;
    finished(SqliteStore::open_to_read(&args.data)?)
}

/// Opens an existing store to write to it, also while a server uses it. One of an
/// earlier version is migrated.
///
/// # Errors
/// As [`open_store`], and when a server of an earlier version uses that Redis.
pub fn open_store_to_write(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        let store = redis.existing()?;
        store.make()?;
        return finished(store);
    }
    check_store(&args.data)?;
    finished(SqliteStore::open(&args.data)?)
}

/// As [`open_store_to_write`], but one of an earlier version is left as it is: to look at a store is no
/// reason to migrate it.
///
/// # Errors
/// As [`open_store`], and for a store of an earlier version.
pub fn open_current_store(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        let store = redis.existing()?;
        return if store.is_current()? { finished(store) } else { Err(former()) };
    }
    check_store(&args.data)?;
    finished(SqliteStore::open_current(&args.data)?.ok_or_else(former)?)
}

fn former() -> Failure {
    Failure::new("the store is one of an earlier version, which a server migrates when it starts on it")
}

/// Opens the store, and creates it when there is none.
///
/// # Errors
/// When it cannot be opened or created, may lose what it confirms, or is an
/// unfinished copy.
pub fn make_store(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        let store = redis.reach()?;
        store.make()?;
        return finished(store);
    }
    finished(SqliteStore::open(&args.data)?)
}

/// A write to an unfinished copy would start a second log of the same name.
fn finished(store: impl CopyStore + 'static) -> Result<Box<dyn Store>, Failure> {
    if store.is_unfinished()? {
        let words = "this store is an unfinished copy: run `constat copy` again to finish it";
        return Err(Failure::new(words));
    }
    Ok(Box::new(store))
}

/// The Redis that the command line names.
pub struct RedisOptions<'a> {
    /// The option that gives the address.
    pub option: &'static str,
    /// The address.
    pub url: &'a str,
    /// How many replicas have to confirm each change.
    pub min_replicas: u32,
    /// Whether settings that may lose confirmed changes are accepted.
    pub accept_data_loss: bool,
    /// The longest time that a request waits for it.
    pub deadline: Duration,
}

impl<'a> RedisOptions<'a> {
    fn of(args: &'a StoreArgs) -> Option<RedisOptions<'a>> {
        let StoreArgs { min_replicas, accept_data_loss, .. } = *args;
        let (url, deadline) = (args.store.as_deref()?, args.deadline());
        Some(RedisOptions { option: "--store", url, min_replicas, accept_data_loss, deadline })
    }

    /// Connects to it and writes nothing.
    ///
    /// # Errors
    /// When it cannot be reached, or may lose what it confirms.
    pub fn reach(&self) -> Result<RedisStore, Failure> {
        let address =
            Address::parse(self.url).map_err(|error| Failure::new(format!("{} {error}", self.option)))?;
        let store = RedisStore::reach(&address, self.min_replicas, self.deadline)?;
        if !self.accept_data_loss {
            store.check_durability(self.min_replicas)?;
        }
        Ok(store)
    }

    /// Connects to it as [`RedisOptions::reach`] does, and checks that it has a store.
    ///
    /// # Errors
    /// As [`RedisOptions::reach`], and when there is no store.
    pub fn existing(&self) -> Result<RedisStore, Failure> {
        let store = self.reach()?;
        if !store.has_store()? {
            let words = format!(
                "there is no store in the Redis of {}: name the one `constat serve` was given with --store",
                self.option
            );
            return Err(Failure::new(words));
        }
        Ok(store)
    }
}

/// Checks that a folder has a store, which this process's user may use.
///
/// # Errors
/// When it has none, or another user's; when a symbolic link is in its place.
pub fn check_store(dir: &Path) -> Result<(), Failure> {
    FileOwner::of_folder(dir)?;
    if !dir.join(FILE_NAME).is_file() {
        let words = format!(
            "there is no store in {}: name the folder `constat serve` was given with --data",
            dir.display()
        );
        return Err(Failure::new(words));
    }
    Ok(())
}
