//! `constat clock`: what the system's clock is compared with, and the operator's word that it is right.

use super::print::print;
use crate::cli::{ClockArgs, ClockCommand};
use crate::clock::{Clock, ClockError, now};
use crate::failure::Failure;
use crate::jobs::accept_clock::accept_clock;
use crate::store::{ClockStore, open_store, open_store_to_write};
use constat_shared::Timestamp;

/// Prints the times, after the operator's word if it was given.
pub fn run(args: &ClockArgs) -> Result<(), Failure> {
    match &args.command {
        ClockCommand::Show(args) => show(&*open_store(args)?),
        ClockCommand::Accept(args) => {
            let store = open_store_to_write(args)?;
            if let Err(error @ ClockError::AheadOfRedis { .. }) = Clock::of(&store.times()?).time() {
                return Err(Failure::new(format!("the clock was not accepted: {error}")));
            }
            accept_clock(&*store, now())?;
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
