//! Opening the store that the command line names.

use crate::cli::StoreArgs;
use crate::failure::Failure;
use crate::store::copy_store::CopyStore;
use crate::store::redis::{Address, RedisStore};
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use crate::store::store::Store;
use std::path::Path;
use std::time::Duration;

/// Opens the store that is there to read it, also while a server uses it.
///
/// # Errors
/// A sentence, when there is none or it cannot be read.
pub fn open_store(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        return whole(redis.existing()?);
    }
    check_store(&args.data)?;
    whole(SqliteStore::open_to_read(&args.data)?)
}

/// Opens the store that is there to write to it, also while a server uses it.
///
/// # Errors
/// As [`open_store`].
pub fn open_store_to_write(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        return whole(redis.existing()?);
    }
    check_store(&args.data)?;
    whole(SqliteStore::open(&args.data)?)
}

/// Opens the store, and makes it when there is none.
///
/// # Errors
/// A sentence, when it cannot be opened or made, may lose what it confirms, or
/// is a copy that did not come to its end.
pub fn make_store(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(redis) = RedisOptions::of(args) {
        let store = redis.reach()?;
        store.make()?;
        return whole(store);
    }
    whole(SqliteStore::open(&args.data)?)
}

/// Whoever writes to half a copy makes another log of the same name.
fn whole(store: impl CopyStore + 'static) -> Result<Box<dyn Store>, Failure> {
    if store.is_unfinished()? {
        let words =
            "this store is a copy that did not come to its end: run `constat copy` again to finish it";
        return Err(Failure::new(words));
    }
    Ok(Box::new(store))
}

/// A Redis as the command line names it.
pub struct RedisOptions<'a> {
    /// The option that gives the address.
    pub option: &'static str,
    /// The address.
    pub url: &'a str,
    /// How many replicas confirm each change.
    pub min_replicas: u32,
    /// Whether its settings may let it lose what it confirms.
    pub accept_data_loss: bool,
    /// How long a request may wait for it.
    pub deadline: Duration,
}

impl<'a> RedisOptions<'a> {
    fn of(args: &'a StoreArgs) -> Option<RedisOptions<'a>> {
        let StoreArgs { min_replicas, accept_data_loss, .. } = *args;
        let (url, deadline) = (args.store.as_deref()?, args.deadline());
        Some(RedisOptions { option: "--store", url, min_replicas, accept_data_loss, deadline })
    }

    /// Reaches it; nothing is written there.
    ///
    /// # Errors
    /// A sentence, when it cannot be reached, or may lose what it confirms.
    pub fn reach(&self) -> Result<RedisStore, Failure> {
        let address =
            Address::parse(self.url).map_err(|error| Failure::new(format!("{} {error}", self.option)))?;
        let store = RedisStore::reach(&address, self.min_replicas, self.deadline)?;
        if !self.accept_data_loss {
            store.check_durability(self.min_replicas)?;
        }
        Ok(store)
    }

    /// As [`RedisOptions::reach`], when there is a store.
    ///
    /// # Errors
    /// A sentence, also when there is none.
    pub fn existing(&self) -> Result<RedisStore, Failure> {
        let store = self.reach()?;
        if !store.is_there()? {
            let words = format!(
                "there is no store in the Redis of {}: name the one `constat serve` was given with --store",
                self.option
            );
            return Err(Failure::new(words));
        }
        Ok(store)
    }
}

/// Whether a folder has a store.
///
/// # Errors
/// A sentence, when it has none.
pub fn check_store(dir: &Path) -> Result<(), Failure> {
    if !dir.join(FILE_NAME).is_file() {
        let words = format!(
            "there is no store in {}: name the folder `constat serve` was given with --data",
            dir.display()
        );
        return Err(Failure::new(words));
    }
    Ok(())
}
