//! The command line.

use clap::{Args, Parser, Subcommand};
use constat_shared::{ConsentId, SiteId};
use std::net::IpAddr;
use std::path::PathBuf;

/// A self-hosted consent management platform.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the sites of a folder.
    Serve(ServeArgs),
    /// Check site files without serving them.
    Check(CheckArgs),
    /// Show the records of a consent id, also while the server runs.
    Records(RecordsArgs),
}

/// Where the data lie.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// The folder of the embedded store.
    #[arg(long, value_name = "DIR", default_value = "constat-data")]
    pub data: PathBuf,
}

/// `constat serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    #[command(flatten)]
    pub data: DataArgs,
    /// The folder of the site files, one `.toml` for each site.
    #[arg(long, value_name = "DIR")]
    pub sites: Option<PathBuf>,
    /// Also serve the demo insurer, with a second address that plays its third parties.
    #[arg(long)]
    pub demo: bool,
    /// The port of the third parties; by default the next one, or a free one with `--port 0`.
    #[arg(long, value_name = "PORT", requires = "demo")]
    pub demo_port: Option<u16>,
}

/// `constat check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The site files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `constat records`.
#[derive(Debug, Args)]
pub struct RecordsArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// The site.
    #[arg(long, value_name = "ID", value_parser = SiteId::parse)]
    pub site: SiteId,
    /// The consent id, as "Manage cookies" shows it to the visitor.
    #[arg(long, value_name = "UUID", value_parser = ConsentId::parse)]
    pub consent_id: ConsentId,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}
