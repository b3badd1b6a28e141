//! The options and subcommands of the console.

use super::store::{KeyArgs, StoreArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use url::Url;

/// The key of the console.
#[derive(Clone, Debug, Args)]
pub struct ConsoleKeyArgs {
    /// The file of the key that signs API tokens and encrypts second factors, in place of the one in the
    /// data folder. The key itself may stand in CONSTAT_CONSOLE_KEY.
    #[arg(long, value_name = "FILE", env = "CONSTAT_CONSOLE_KEY_FILE")]
    pub console_key_file: Option<PathBuf>,
}

/// Reads the public address of the console.
///
/// # Errors
/// A sentence, when it is anything but http or https, a host, and perhaps a port.
pub fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let is_plain = |url: &Url| {
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        is_bare && url.has_host() && url.username().is_empty() && url.password().is_none()
    };
    let url = url.filter(is_plain);
    url.ok_or_else(|| {
        "write http or https and one host, such as https://consent-console.example.org".to_owned()
    })
}

/// `constat user`.
#[derive(Debug, Args)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// The subcommands of `constat user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Let a person in, and print the one-time link with which they choose a password; one who has an
    /// account gets a further role.
    Add(UserAddArgs),
    /// List who may come in, with their roles.
    List(UserListArgs),
    /// Remove a person: their sessions, links and tokens end at once.
    Remove(UserRemoveArgs),
    /// Print a one-time link with which a person replaces the password; the second factor stays.
    Reset(UserResetArgs),
}

/// `constat user add`.
#[derive(Debug, Args)]
pub struct UserAddArgs {
    /// The e-mail address.
    pub email: String,
    /// The role: owner, dpo, auditor or admin.
    #[arg(long)]
    pub role: String,
    /// A site on which they have it, by its id, or * for all. Repeat the option for several.
    #[arg(long, value_name = "ID", required = true)]
    pub site: Vec<String>,
    /// The last day on which the account opens anything, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<String>,
    #[command(flatten)]
    pub link: LinkArgs,
}

/// `constat user list`.
#[derive(Debug, Args)]
pub struct UserListArgs {
    #[command(flatten)]
    pub data: StoreArgs,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// `constat user remove`.
#[derive(Debug, Args)]
pub struct UserRemoveArgs {
    /// The e-mail address.
    pub email: String,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `constat user reset`.
#[derive(Debug, Args)]
pub struct UserResetArgs {
    /// The e-mail address.
    pub email: String,
    #[command(flatten)]
    pub link: LinkArgs,
}

/// What the commands share that print a one-time link.
#[derive(Debug, Args)]
pub struct LinkArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    /// How browsers reach the console; unless given, as the last server did that used this store.
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Url>,
    /// Print JSON with `email` and `link` instead of a sentence.
    #[arg(long)]
    pub json: bool,
}

/// `constat token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// The subcommands of `constat token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, and print it alone: it is shown only now.
    Add(TokenAddArgs),
    /// List the tokens, newest first, also those that ended in the last 90 days.
    List(TokenListArgs),
    /// Revoke a token, at once on every server of the store.
    Revoke(TokenRevokeArgs),
}

/// `constat token add`.
#[derive(Debug, Args)]
pub struct TokenAddArgs {
    #[command(flatten)]
    pub key: KeyArgs,
    #[command(flatten)]
    pub console_key: ConsoleKeyArgs,
    /// What to call it: the program that uses it.
    #[arg(long)]
    pub name: String,
    /// What it permits, such as log:read,notices:read.
    #[arg(long, value_name = "PERMISSION", required = true, value_delimiter = ',')]
    pub scope: Vec<String>,
    /// A site on which it permits that, by its id, or * for all. Repeat the option for several.
    #[arg(long, value_name = "ID", required = true)]
    pub site: Vec<String>,
    /// For how many days, at most 90.
    #[arg(long, value_name = "DAYS")]
    pub days: u16,
}

/// `constat token list`.
#[derive(Debug, Args)]
pub struct TokenListArgs {
    #[command(flatten)]
    pub data: StoreArgs,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// `constat token revoke`.
#[derive(Debug, Args)]
pub struct TokenRevokeArgs {
    /// The id of the token, as `constat token list` shows it.
    pub jti: String,
    #[command(flatten)]
    pub key: KeyArgs,
}
