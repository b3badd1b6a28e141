//! Constat: a self-hosted consent management platform.

mod access;
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
use commands::{
    audit, catalogue, check, clock as clock_command, copy, keys, print, prove, records, serve, snapshot,
    timestamp, token, user, verify,
};
use constat_shared::escaped;
use std::process::ExitCode;

/// The exit code after a command line that is not understood.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    files::close_to_others();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // Named again with its arguments escaped: then each line break is the parser's own.
            let shown = std::env::args_os().map(|argument| escaped(&argument.to_string_lossy()));
            let error = Cli::try_parse_from(shown).err().unwrap_or(error);
            print::usage(&error.render().to_string());
            return ExitCode::from(USAGE);
        }
        Err(help) => help.exit(),
    };
    let result = match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Catalogue(args) => catalogue::run(&args),
        Command::Records(args) => records::run(&args),
        Command::Prove(args) => prove::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Timestamp(args) => timestamp::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Copy(args) => copy::run(&args),
        Command::Clock(args) => clock_command::run(&args),
        Command::Keys(args) => keys::run(&args),
        Command::Snapshot(args) => snapshot::run(&args),
        Command::User(args) => user::run(&args),
        Command::Token(args) => token::run(&args),
    };
    match result {
        Ok(()) => {
            telemetry::finish();
            ExitCode::SUCCESS
        }
        Err(failure) => {
            telemetry::last_word(&print::failure(&failure));
            ExitCode::FAILURE
        }
    }
}
