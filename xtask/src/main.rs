//! The project's commands: `cargo xtask build`, `serve`, `test`, `bench`, `screenshots` and `import-catalogue`.

mod assets;
mod budgets;
mod catalogue;
mod cli;
mod commands;
mod tools;
mod weigh;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Task};
use crate::commands::{bench, build, import_catalogue, screenshots, serve, test};
use crate::tools::failure::Failure;
use crate::tools::workspace::Workspace;

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<(), Failure> {
    let workspace = Workspace::find()?;
    match task {
        Task::Build => build::build(&workspace),
        Task::Serve(options) => serve::serve(&workspace, options),
        Task::Test { quick, engines } => test::test(&workspace, *quick, &engines.0),
        Task::Bench { part } => bench::bench(&workspace, part.as_deref()),
        Task::Screenshots => screenshots::screenshots(&workspace),
        Task::ImportCatalogue(options) => import_catalogue::import_catalogue(&workspace, options),
    }
}
