//! Constat: a self-hosted consent management platform.

mod app;
mod assets;
mod audit;
mod body;
mod check;
mod cli;
mod clock;
mod copy;
mod crash;
mod demo;
mod domain;
mod failure;
mod keys;
mod prove;
mod records;
mod retention;
mod routes;
mod serve;
mod served;
mod serving;
mod site;
mod snapshot;
mod store;
mod telemetry;
mod timestamp;
mod verify;
mod writer;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Records(args) => records::run(&args),
        Command::Prove(args) => prove::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Timestamp(args) => timestamp::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Copy(args) => copy::run(&args),
        Command::Keys(args) => keys::run(&args),
        Command::Snapshot(args) => snapshot::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("constat: {failure}");
            ExitCode::FAILURE
        }
    }
}
