//! `constat records`: a first look at what is stored for a consent id.

use crate::Failure;
use crate::config::{RecordsArgs, StoreArgs};
use crate::store::Store;
use crate::store::moving::Movable;
use crate::store::redis::RedisStore;
use crate::store::redis::address::Address;
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use constat_shared::Record;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Prints the records of a consent id, oldest first.
pub fn run(args: &RecordsArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    let records = store.history(&args.site, &args.consent_id)?;
    let text = if args.json { json(&records) } else { table(&records) };
    // Whoever reads only the first lines has closed the pipe: that is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// Opens the store that is there to read it, also while a server uses it.
///
/// # Errors
/// A sentence, when there is none or it cannot be read.
pub fn open_store(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(url) = &args.store {
        return whole(existing_redis(
            "--store",
            url,
            args.min_replicas,
            args.accept_data_loss,
            args.deadline(),
        )?);
    }
    check_store(&args.data)?;
    whole(SqliteStore::open_to_read(&args.data)?)
}

/// Opens the store that is there to write to it, also while a server uses it.
///
/// # Errors
/// As [`open_store`].
pub fn open_store_to_write(args: &StoreArgs) -> Result<Box<dyn Store>, Failure> {
    if let Some(url) = &args.store {
        return whole(existing_redis(
            "--store",
            url,
            args.min_replicas,
            args.accept_data_loss,
            args.deadline(),
        )?);
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
    if let Some(url) = &args.store {
        let store = reach_redis("--store", url, args.min_replicas, args.accept_data_loss, args.deadline())?;
        store.make()?;
        return whole(store);
    }
    whole(SqliteStore::open(&args.data)?)
}

/// Whoever writes to half a copy makes another log of the same name.
fn whole(store: impl Movable + 'static) -> Result<Box<dyn Store>, Failure> {
    if store.is_unfinished()? {
        let words =
            "this store is a copy that did not come to its end: run `constat copy` again to finish it";
        return Err(Failure::new(words));
    }
    Ok(Box::new(store))
}

/// Reaches a Redis at the address that an option gives; nothing is written there.
///
/// # Errors
/// A sentence, when it cannot be reached, or may lose what it confirms.
pub fn reach_redis(
    option: &str,
    url: &str,
    min_replicas: u32,
    accept_data_loss: bool,
    deadline: Duration,
) -> Result<RedisStore, Failure> {
    let address = Address::parse(url).map_err(|error| Failure::new(format!("{option} {error}")))?;
    let store = RedisStore::reach(&address, min_replicas, deadline)?;
    if !accept_data_loss {
        store.check_durability(min_replicas)?;
    }
    Ok(store)
}

/// As [`reach_redis`], when there is a store.
///
/// # Errors
/// A sentence, also when there is none.
pub fn existing_redis(
    option: &str,
    url: &str,
    min_replicas: u32,
    accept_data_loss: bool,
    deadline: Duration,
) -> Result<RedisStore, Failure> {
    let store = reach_redis(option, url, min_replicas, accept_data_loss, deadline)?;
    if !store.is_there()? {
        let words = format!(
            "there is no store in the Redis of {option}: name the one `constat serve` was given with --store"
        );
        return Err(Failure::new(words));
    }
    Ok(store)
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

fn json(records: &[Record]) -> String {
    format!("{:#}\n", serde_json::json!(records))
}

fn table(records: &[Record]) -> String {
    if records.is_empty() {
        return "No records: the consent id has none on this site, or they have expired.\n".to_owned();
    }
    let mut text = String::new();
    for record in records {
        let facts = [
            ("recorded at", record.recorded_at.to_string()),
            ("event id", record.event_id.to_string()),
            ("follows", record.previous_event_id.map_or("nothing known".to_owned(), |id| id.to_string())),
            (
                "action",
                format!(
                    "{} on the {}, in {}",
                    record.action.as_str(),
                    record.layer.as_str(),
                    record.language
                ),
            ),
            ("allowed", chosen(record, true)),
            ("refused", chosen(record, false)),
            ("signals", format!("GPC {}, DNT {}", on_off(record.signals.gpc), on_off(record.signals.dnt))),
            ("notice", record.notice_hash.to_string()),
            ("choice until", record.choice_expires_at.to_string()),
            ("proof until", record.expires_at.to_string()),
        ];
        for (name, value) in facts {
            text.push_str(&format!("{name:<13} {value}\n"));
        }
        text.push('\n');
    }
    text
}

fn chosen(record: &Record, allowed: bool) -> String {
    let categories = record.categories.iter().filter(|(_, on)| **on == allowed).map(|(id, _)| id.to_string());
    let vendors = record.vendors.iter().filter(|(_, on)| **on == allowed).map(|(id, _)| id.to_string());
    let all: Vec<_> = categories.chain(vendors).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
