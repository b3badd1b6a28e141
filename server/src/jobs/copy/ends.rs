//! Opens the two stores of a copy and checks, where possible, that no server uses them.

use crate::cli::{CopyArgs, DEADLINE};
use crate::failure::Failure;
use crate::store::CopyStore;
use crate::store::prepare_folder;
use crate::store::sqlite::SqliteStore;
use crate::store::{RedisOptions, check_store};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The source or the target of a copy.
pub struct CopyEnd {
    /// The store.
    pub store: Box<dyn CopyStore>,
    /// The data folder of an embedded store.
    pub folder: Option<PathBuf>,
    /// Holds the data folder for as long as this lives.
    _lock: Option<File>,
}

impl CopyEnd {
    /// Opens what is to be copied.
    ///
    /// # Errors
    /// A sentence: when there is no store, it is not whole, or a server uses it.
    pub fn source(address: &str) -> Result<CopyEnd, Failure> {
        if let Some(folder) = folder(address, "--from")? {
            check_store(&folder)?;
        }
        // A copy only deletes expired records from its source, so no replica has to confirm.
        let end = CopyEnd::open("--from", address, 0, true)?;
        if end.store.is_unfinished()? {
            let words = format!("{address} is itself an unfinished copy: finish that one first");
            return Err(Failure::new(words));
        }
        Ok(end)
    }

    /// Opens what is copied into, and makes it when it is not there.
    ///
    /// # Errors
    /// A sentence: when it cannot be made, may lose what it confirms, or a server uses it.
    pub fn target(args: &CopyArgs) -> Result<CopyEnd, Failure> {
        CopyEnd::open("--to", &args.to, args.min_replicas, args.accept_data_loss)
    }

    fn open(
        option: &'static str,
        address: &str,
        min_replicas: u32,
        accept_data_loss: bool,
    ) -> Result<CopyEnd, Failure> {
        if let Some(folder) = folder(address, option)? {
            let lock = prepare_folder(&folder)?;
            let store = Box::new(SqliteStore::open(&folder)?);
            return Ok(CopyEnd { store, folder: Some(folder), _lock: Some(lock) });
        }
        let redis = RedisOptions { option, url: address, min_replicas, accept_data_loss, deadline: DEADLINE };
        let store = if option == "--from" { redis.existing()? } else { redis.reach()? };
        match store.writing_clients() {
            Ok(clients) if clients.is_empty() => {}
            Ok(clients) => {
                let words = format!(
                    "something that changes the Redis of {option} is connected to it ({}): stop every constat that uses it",
                    clients.join(", ")
                );
                return Err(Failure::new(words));
            }
            Err(error) => {
                tracing::warn!(%error, "the connections to Redis cannot be listed: make sure that no server uses it")
            }
        }
        store.make()?;
        Ok(CopyEnd { store: Box::new(store), folder: None, _lock: None })
    }
}

/// The folder that `sqlite:DIR` names; nothing for an address of Redis.
fn folder(address: &str, option: &str) -> Result<Option<PathBuf>, Failure> {
    match address.strip_prefix("sqlite:") {
        Some("") => Err(Failure::new(format!("{option} sqlite: names no folder: write sqlite:DIR"))),
        Some(dir) => Ok(Some(PathBuf::from(dir))),
        None if address.contains("://") => Ok(None),
        None => {
            let words = format!(
                "{option} must be sqlite:DIR, with the data folder, or an address of Redis such as redis://HOST:PORT"
            );
            Err(Failure::new(words))
        }
    }
}

/// What lies beside the store and was not copied.
pub fn what_stays(from: Option<&Path>, to: Option<&Path>) -> String {
    let here =
        from.map_or("in the folder given with --data".to_owned(), |dir| format!("in {}", dir.display()));
    let next = to.map_or("go on giving the servers that folder with --data".to_owned(), |dir| {
        format!("copy both to {}, or name the key with --key-file", dir.display())
    });
    format!("private keys (keys/) and pictures (snapshots/) stay {here}: {next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_folder_or_a_redis() {
        assert_eq!(folder("sqlite:/srv/data", "--to").unwrap(), Some(PathBuf::from("/srv/data")));
        assert_eq!(folder("redis://127.0.0.1", "--to").unwrap(), None);
        for bad in ["", "sqlite:", "/srv/data", "redis"] {
            let words = folder(bad, "--to").unwrap_err().to_string();
            assert!(words.contains("--to") && words.contains("sqlite:DIR"), "{bad}: {words}");
        }
    }
}
