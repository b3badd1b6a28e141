//! The command line: every command with its options.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The command line.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Constat's own commands")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Task,
}

/// One of the commands.
#[derive(Subcommand)]
pub enum Task {
    /// Build target/release/constat with the widget, the loader and the demo inside it
    Build,
    /// Build, then serve the demo site on 127.0.0.1
    Serve(ServeOptions),
    /// Check formatting and lints, and run all tests
    Test {
        /// Leave out documentation, dependencies, durability, faults, the browser and slow unit tests
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
    pub port: u16,
    /// Folder of the records [default: ./constat-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder of site files to serve beside the demo
    #[arg(long, value_name = "DIR")]
    pub sites: Option<PathBuf>,
}
