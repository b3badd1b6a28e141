//! The command line.

use super::catalogue::CatalogueArgs;
use super::console::{ConsoleKeyArgs, TokenArgs, UserArgs, public_url};
use super::store::{DEADLINE, KeyArgs, StoreArgs};
use clap::{Args, Parser, Subcommand};
use constat_shared::{ConsentId, EventId, Month, SiteId};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use url::{Origin, Url};

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
    /// Look up vendors in the catalogue that ships.
    Catalogue(CatalogueArgs),
    /// Show the records of a consent id, also while the server runs.
    Records(RecordsArgs),
    /// Write the evidence bundle of a record, also while the server runs.
    Prove(ProveArgs),
    /// Check an evidence bundle or a receipt, with no server and no network.
    Verify(VerifyArgs),
    /// Have the heads of the logs stamped by a time-stamping authority, also while the server runs.
    Timestamp(TimestampArgs),
    /// Compute a whole log, or the audit trail, from the store and report the first difference.
    Audit(AuditArgs),
    /// Copy all that a store holds into another one, while no server runs on either.
    Copy(CopyArgs),
    /// Compare the system's clock with the store, or declare it right, also while the server runs.
    Clock(ClockArgs),
    /// List or rotate the keys that sign receipts and checkpoints.
    Keys(KeysArgs),
    /// Take pictures of what every notice shows, also while the server runs.
    Snapshot(SnapshotArgs),
    /// Say who may sign in to the console, also while the server runs.
    User(UserArgs),
    /// Make, list or revoke the tokens of the console's API, also while the server runs.
    Token(TokenArgs),
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
    pub key: KeyArgs,
    /// The folder of the site files, one `.toml` for each site.
    #[arg(long, value_name = "DIR")]
    pub sites: Option<PathBuf>,
    /// A host by which browsers reach this server, with its port unless it is that of the scheme: pages
    /// at that address may post answers for every site. Repeat the option for several.
    #[arg(long, value_name = "HOST[:PORT]", value_parser = PublicHost::parse)]
    pub public_host: Vec<PublicHost>,
    /// A reverse proxy in front of this server, by its address or network. Only its X-Forwarded-For is read,
    /// to limit the rate of each visitor; the address is never written. Repeat the option for several.
    #[arg(long, value_name = "ADDRESS[/BITS]", value_parser = trusted_proxy)]
    pub trusted_proxy: Vec<IpNet>,
    /// Where the console and its API listen, apart from what visitors reach: 127.0.0.1:8090, or a free
    /// port with `--port 0`.
    #[arg(long, value_name = "HOST:PORT")]
    pub console_address: Option<SocketAddr>,
    /// How browsers reach the console, with https:// and its host: for its links, and so
    /// that its cookies are kept as https allows.
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Url>,
    #[command(flatten)]
    pub console_key: ConsoleKeyArgs,
    /// Also serve the demo insurer, with a second address that plays its third parties.
    #[arg(long)]
    pub demo: bool,
    /// The port of the third parties; by default the next one, or a free one with `--port 0`.
    #[arg(long, value_name = "PORT", requires = "demo")]
    pub demo_port: Option<u16>,
}

/// A host of this server, as its operator names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicHost {
    /// The origins of its pages: one over http, one over https.
    pub origins: [Origin; 2],
}

impl PublicHost {
    /// Reads `HOST` or `HOST:PORT`.
    ///
    /// # Errors
    /// A sentence, when it is anything else.
    pub fn parse(text: &str) -> Result<PublicHost, String> {
        // A URL ends its host with one of these; the star stands for many hosts.
        let is_plain = !text.contains(['/', '\\', '@', '?', '#', '*']) && !text.contains(char::is_whitespace);
        let origin = |scheme| Url::parse(&format!("{scheme}://{text}")).ok().filter(|_| is_plain);
        match (origin("http"), origin("https")) {
            (Some(http), Some(https)) => Ok(PublicHost { origins: [http.origin(), https.origin()] }),
            _ => Err("write one host, such as consent.example.org or consent.example.org:8443".to_owned()),
        }
    }
}

/// Reads `ADDRESS` or `ADDRESS/BITS`.
///
/// # Errors
/// A sentence, when it is anything else.
pub fn trusted_proxy(text: &str) -> Result<IpNet, String> {
    let network =
        text.parse::<IpNet>().ok().or_else(|| text.parse().ok().map(|one: IpAddr| one.to_canonical().into()));
    network.ok_or_else(|| "write one address or network, such as 127.0.0.1 or 10.0.0.0/8".to_owned())
}

/// `constat check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The site files, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The folder of the embedded store with the notices that were served: says who would be asked again.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The Redis with the notices that were served, as `constat serve` names it.
    #[arg(long, value_name = "URL", env = "CONSTAT_STORE", hide_env_values = true)]
    pub store: Option<String>,
}

impl CheckArgs {
    /// The store to compare with, if one is named. It is only read.
    pub fn store(&self) -> Option<StoreArgs> {
        (self.data.is_some() || self.store.is_some()).then(|| StoreArgs {
            data: self.data.clone().unwrap_or_default(),
            store: self.store.clone(),
            min_replicas: 0,
            accept_data_loss: true,
            deadline: DEADLINE.as_secs(),
        })
    }
}

/// `constat records`.
#[derive(Debug, Args)]
pub struct RecordsArgs {
    #[command(flatten)]
    pub key: KeyArgs,
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

/// `constat prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    /// The site.
    #[arg(long, value_name = "ID", value_parser = SiteId::parse)]
    pub site: SiteId,
    /// The consent id, as "Manage cookies" shows it to the visitor.
    #[arg(long, value_name = "UUID", value_parser = ConsentId::parse)]
    pub consent_id: ConsentId,
    /// Which of its records; by default the newest.
    #[arg(long, value_name = "UUID", value_parser = EventId::parse)]
    pub event: Option<EventId>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// `constat verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The certificate (PDF) or the evidence bundle (JSON).
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the result as JSON: the verdict, and each check with its result.
    #[arg(long)]
    pub json: bool,
    /// A receipt, in place of a bundle.
    #[arg(long, value_name = "FILE", conflicts_with = "file", requires = "jwks")]
    pub receipt: Option<PathBuf>,
    /// The CA certificates (PEM) that are trusted to name time-stamping
    /// authorities: then the bundle's time-stamp is checked too.
    #[arg(long, value_name = "FILE", requires = "file", conflicts_with = "receipt")]
    pub ca: Option<PathBuf>,
    /// The server's public keys, from `/.well-known/jwks.json`; a bundle's key is compared with them.
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// The folder of the notice's pictures (`snapshots/HASH` of the data folder): each is compared
    /// with the one that the log names.
    #[arg(long, value_name = "DIR", conflicts_with = "receipt")]
    pub images: Option<PathBuf>,
}

/// `constat timestamp`.
#[derive(Debug, Args)]
pub struct TimestampArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    /// The folder of the site files. Each names its own time-stamping authority.
    #[arg(long, value_name = "DIR")]
    pub sites: PathBuf,
}

/// `constat audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    /// The site.
    #[arg(long, value_name = "ID", value_parser = SiteId::parse, required_unless_present = "trail")]
    pub site: Option<SiteId>,
    /// The month, in UTC.
    #[arg(long, value_name = "YYYY-MM", value_parser = Month::parse, required_unless_present = "trail")]
    pub month: Option<Month>,
    /// Audit what people did in the console, and commands, in place of the logs of a month.
    #[arg(long, conflicts_with_all = ["site", "month"])]
    pub trail: bool,
    /// Say that the audit trail lacks entries because a backup was put back: an entry notes it, and the trail
    /// counts as whole from now on.
    #[arg(long, requires = "trail")]
    pub accept_missing: bool,
}

/// `constat copy`. A copy that was cut off is run again and goes on; until it
/// has come to its end, no server starts on the target. Stop every server
/// first: one that holds a data folder is always found, one on Redis only while
/// it is connected and CLIENT LIST may be asked.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The store to copy: sqlite:DIR with the data folder, or a Redis as
    /// `serve --store` takes it.
    #[arg(long, value_name = "STORE", env = "CONSTAT_FROM", hide_env_values = true)]
    pub from: String,
    /// The store to copy into, which is empty or holds the beginning of the same copy.
    #[arg(long, value_name = "STORE", env = "CONSTAT_TO", hide_env_values = true)]
    pub to: String,
    /// How many replicas of the target confirm each change.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub min_replicas: u32,
    /// Copy into a Redis although its settings let it lose records.
    #[arg(long)]
    pub accept_data_loss: bool,
}

/// `constat clock`.
#[derive(Debug, Args)]
pub struct ClockArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ClockCommand,
}

/// The subcommands of `constat clock`.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// Show the times that are compared, and what follows from them.
    Show(StoreArgs),
    /// Declare that the system's clock is right, whatever the newest time in the store is: records are
    /// dated by it again, and what has expired by it is deleted. The word is written into the logs.
    Accept(KeyArgs),
}

/// `constat keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// The subcommands of `constat keys`.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List them, oldest first; the last one signs.
    List(StoreArgs),
    /// Add the one given, or make a new one; it signs from the server's next start on.
    Rotate(KeyArgs),
}

/// `constat snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    #[command(flatten)]
    pub data: StoreArgs,
    /// Only the notices of this site.
    #[arg(long, value_name = "ID", value_parser = SiteId::parse)]
    pub site: Option<SiteId>,
    /// The Chromium or Chrome that shows them; by default the one in PATH.
    #[arg(long, value_name = "FILE")]
    pub chromium: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_host_is_one_host_with_or_without_a_port() {
        let origins = |text| {
            let host = PublicHost::parse(text).expect(text);
            host.origins.map(|origin| origin.ascii_serialization())
        };
        assert_eq!(origins("Consent.example"), ["http://consent.example", "https://consent.example"]);
        assert_eq!(origins("consent.example:443"), ["http://consent.example:443", "https://consent.example"]);
        assert_eq!(origins("[::1]:8080"), ["http://[::1]:8080", "https://[::1]:8080"]);
        let bad =
            ["", ":80", "*.example", "https://a.example", "a.example/x", "u@a.example", "a b", "a:99999"];
        for text in bad {
            assert!(PublicHost::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_trusted_proxy_is_an_address_or_a_network() {
        let read = |text| trusted_proxy(text).map(|network| network.to_string());
        assert_eq!(read("127.0.0.1").as_deref(), Ok("127.0.0.1/32"));
        assert_eq!(read("10.0.0.0/8").as_deref(), Ok("10.0.0.0/8"));
        assert_eq!(read("fd00::1").as_deref(), Ok("fd00::1/128"));
        for bad in ["", "proxy.example", "10.0.0.0/33", "10.0.0.1:80", "*", "127.0.0.1/"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
