//! Constat: a self-hosted consent management platform.

mod chromium;
mod cli;
mod clock;
mod commands;
mod consent;
mod crash;
mod failure;
mod files;
mod http;
mod jobs;
mod proof;
mod render;
mod site;
mod store;
mod telemetry;

use clap::Parser;
use cli::{Cli, Command};
use commands::{audit, check, copy, keys, prove, records, serve, snapshot, timestamp, verify};
use std::process::ExitCode;

fn main() -> ExitCode {
    files::close_to_others();
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
        Ok(()) => {
            telemetry::finish();
            ExitCode::SUCCESS
        }
        Err(failure) => {
            telemetry::last_word(&format!("constat: {failure}"));
            ExitCode::FAILURE
        }
    }
}
