//! The project's commands: `cargo xtask build`, `serve`, `test`, `bench` and `screenshots`.

mod assets;
mod browser;
mod budgets;
mod commands;
mod compress;
mod demo;
mod failure;
mod files;
mod glue;
mod loader;
mod minify;
mod stamp;
mod steps;
mod test;
mod toolchain;
mod verifier;
mod weigh;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::failure::Failure;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Constat's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build target/release/constat with the widget, the loader and the demo inside it
    Build,
    /// Build, then serve the demo site on 127.0.0.1
    Serve(ServeOptions),
    /// Check formatting and lints, and run all tests
    Test {
        /// Leave out the durability and the browser tests
        #[arg(long)]
        quick: bool,
    },
    /// Build, then measure speed, memory and bytes
    Bench,
    /// Make the README's images, in docs/images
    Screenshots,
}

/// Options of `serve` that go on to the server.
#[derive(Args)]
pub struct ServeOptions {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder of the records [default: ./constat-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder of site files to serve beside the demo
    #[arg(long, value_name = "DIR")]
    sites: Option<PathBuf>,
}

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
        Task::Build => commands::build(&workspace),
        Task::Serve(options) => commands::serve(&workspace, options),
        Task::Test { quick } => test::test(&workspace, *quick),
        Task::Bench => commands::bench(&workspace),
        Task::Screenshots => commands::screenshots(&workspace),
    }
}
