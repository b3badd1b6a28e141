//! `constat clock`: what the system's clock is compared with, and the operator's word that it is right.

use super::print::print;
use crate::access::access::Access;
use crate::access::trail::{Action, Command, Note};
use crate::cli::{ClockArgs, ClockCommand};
use crate::clock::{Clock, ClockError, now};
use crate::failure::{Failure, fail};
use crate::jobs::accept_clock::accept_clock;
use crate::proof::keys::Keys;
use crate::store::{ClockStore, Store, open_store, open_store_to_write};
use constat_shared::Timestamp;
use std::sync::Arc;

/// Prints the times, after the operator's word if it was given.
pub fn run(args: &ClockArgs) -> Result<(), Failure> {
    match &args.command {
        ClockCommand::Show(args) => show(&*open_store(args)?),
        ClockCommand::Accept(args) => {
            let store: Arc<dyn Store> = Arc::from(open_store_to_write(&args.data)?);
            if let Err(error @ ClockError::AheadOfRedis { .. }) = Clock::of(&store.times()?).time() {
                return Err(Failure::new(format!("the clock was not accepted: {error}")));
            }
            // Before anything is written: the entry of the audit trail has to be signed.
            let access = Access::new(Arc::clone(&store), Arc::new(Keys::open(args, &*store)?));
            accept_clock(&*store, now())?;
            let note = Note::of(Action::ClockAccepted).by_command(Command::ClockAccept);
            access
                .note(note, now())
                .map_err(fail("the clock was accepted, and the audit trail does not say so"))?;
            show(&*store)
        }
    }
}

fn show<S: ClockStore + ?Sized>(store: &S) -> Result<(), Failure> {
    let times = store.times()?;
    let clock = Clock::of(&times);
    let line = |name: &str, time: Option<Timestamp>| {
        let time = time.map_or("none".to_owned(), |time| time.to_string());
        print(format_args!("{name:<24} {time}"))
    };
    line("system clock", Some(now()))?;
    line("newest time in the store", times.newest)?;
    line("clock accepted", times.accepted_at)?;
    if times.engine_now.is_some() {
        line("clock of Redis", times.engine_now)?;
    }
    match clock.time() {
        Ok(_) => print(clock.remark().unwrap_or("the clock can be right: records are taken".to_owned())),
        Err(error) => print(format_args!("nothing is recorded or deleted: {error}")),
    }
}
