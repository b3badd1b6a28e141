//! `constat token`: the tokens of the console's API.

use super::print::{print, print_text, remark};
use super::user::{open, refused, sites};
use crate::access::api_token::{self, ApiToken};
use crate::access::console_key::ConsoleKeys;
use crate::access::permission::Permission;
use crate::access::principal::Principal;
use crate::access::token::{self, NewToken};
use crate::access::trail::Command;
use crate::cli::{TokenAddArgs, TokenArgs, TokenCommand, TokenListArgs, TokenRevokeArgs};
use crate::clock;
use crate::failure::Failure;
use crate::store::open_store;
use constat_shared::Timestamp;
use serde_json::json;

const DAY_MS: i64 = 24 * 3_600_000;

/// Makes, lists or revokes tokens.
pub fn run(args: &TokenArgs) -> Result<(), Failure> {
    match &args.command {
        TokenCommand::Add(args) => add(args),
        TokenCommand::List(args) => list(args),
        TokenCommand::Revoke(args) => revoke(args),
    }
}

fn add(args: &TokenAddArgs) -> Result<(), Failure> {
    let scope = args.scope.iter().map(|name| Permission::parse(name.trim())).collect::<Result<Vec<_>, _>>();
    let scope = scope.map_err(|words| Failure::new(format!("--scope {words}")))?;
    let (access, now) = open(&args.key)?;
    let key_file = args.console_key.console_key_file.as_deref();
    let by = Principal::command(Command::TokenAdd);
    let keys = ConsoleKeys::open(&args.key.data.data, key_file, &access, Command::TokenAdd, now)?;
    let sites = sites(&args.site, access.store())?;
    let expires_at = Timestamp::from_unix_ms(now.unix_ms() + i64::from(args.days) * DAY_MS);
    let new = NewToken { name: args.name.clone(), scope, sites, expires_at };
    let made = token::make(&access, &keys, &by, new, now).map_err(refused)?;
    print(&made.token)?;
    remark(format_args!(
        "The token {} is shown only now, and works until {}. It is a password: who has it may do what it permits.",
        made.kept.jti, made.kept.expires_at
    ));
    Ok(())
}

fn list(args: &TokenListArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    let now = clock::now();
    let mut tokens = api_token::all(&*store, now)?;
    tokens.sort_by(|a, b| b.jti.cmp(&a.jti));
    if args.json {
        let items: Vec<_> = tokens.iter().map(json_of).collect();
        return print_text(&format!("{:#}", json!(items)));
    }
    if tokens.is_empty() {
        return print("No token: make one with `constat token add`");
    }
    for token in &tokens {
        let scope: Vec<_> = token.scope.iter().map(|permission| permission.as_str()).collect();
        let sites: Vec<_> = token.sites.iter().map(ToString::to_string).collect();
        print(format_args!(
            "{} {}: {} on {}, made by {}; {}",
            token.jti,
            token.name,
            scope.join(" "),
            sites.join(" "),
            token.made_by,
            state(token, now)
        ))?;
    }
    Ok(())
}

fn revoke(args: &TokenRevokeArgs) -> Result<(), Failure> {
    let (access, now) = open(&args.key)?;
    let by = Principal::command(Command::TokenRevoke);
    token::revoke(&access, &by, &args.jti, now).map_err(refused)?;
    print(format_args!("{} is revoked", args.jti))
}

fn json_of(token: &ApiToken) -> serde_json::Value {
    json!({
        "jti": token.jti,
        "name": token.name,
        "scope": token.scope,
        "sites": token.sites,
        "made_by": token.made_by,
        "made_at": token.made_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    })
}

fn state(token: &ApiToken, now: Timestamp) -> String {
    let used = token.last_used_at.map_or("never used".to_owned(), |at| format!("used last at {at}"));
    match token.revoked_at {
        Some(at) => format!("revoked at {at}, {used}"),
        None if token.expires_at <= now => format!("ended at {}, {used}", token.expires_at),
        None => format!("works until {}, {used}", token.expires_at),
    }
}
