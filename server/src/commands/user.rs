//! `constat user`: who may sign in to the console.

use super::print::{print, print_text, remark, warn};
use crate::access::access::Access;
use crate::access::account::{self, Account};
use crate::access::error::{AccessError, Refusal};
use crate::access::people::{self, Invited, NewPerson};
use crate::access::permission::Role;
use crate::access::principal::Principal;
use crate::access::setting;
use crate::access::site_scope::SiteScope;
use crate::access::trail::Command;
use crate::cli::{
    KeyArgs, LinkArgs, UserAddArgs, UserArgs, UserCommand, UserListArgs, UserRemoveArgs, UserResetArgs,
};
use crate::clock;
use crate::failure::{Failure, failed};
use crate::http::console::address::welcome_link;
use crate::http::console::day;
use crate::proof::keys::Keys;
use crate::store::{Store, checked_time, open_store, open_store_to_write};
use constat_shared::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Adds, lists or removes people, or lets one in again.
pub fn run(args: &UserArgs) -> Result<(), Failure> {
    match &args.command {
        UserCommand::Add(args) => add(args),
        UserCommand::List(args) => list(args),
        UserCommand::Remove(args) => remove(args),
        UserCommand::Reset(args) => reset(args),
    }
}

/// Opens the accounts of a store to change them, also while a server uses it; returns also the time.
pub fn open(args: &KeyArgs) -> Result<(Access, Timestamp), Failure> {
    let store: Arc<dyn Store> = Arc::from(open_store_to_write(&args.data)?);
    let now = checked_time(&*store)?;
    let keys = Arc::new(Keys::open(args, &*store)?);
    Ok((Access::new(store, keys), now))
}

/// The sites of `--site`, with a warning for one of which no notice was ever published.
pub fn sites(texts: &[String], store: &dyn Store) -> Result<Vec<SiteScope>, Failure> {
    let sites = texts.iter().map(|text| SiteScope::parse(text)).collect::<Result<Vec<_>, _>>();
    let sites = sites.map_err(|words| Failure::new(format!("--site {words}")))?;
    let served: BTreeSet<_> = store.notices()?.into_iter().map(|(site, _)| site).collect();
    for site in &sites {
        if let SiteScope::Site(id) = site
            && !served.contains(id)
        {
            warn(format_args!(
                "the site {id} was never served from this store, and counts once it is; if its id is misspelt, \
                 do this again with the right one, and undo it for {id}; served were: {}",
                served.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ")
            ));
        }
    }
    Ok(sites)
}

fn add(args: &UserAddArgs) -> Result<(), Failure> {
    let role = Role::parse(&args.role).map_err(|words| Failure::new(format!("--role {words}")))?;
    let ends_at = args.until.as_deref().map(end_of).transpose()?;
    let (access, now) = open(&args.link.key)?;
    let url = console_url(&args.link, &access)?;
    let sites = sites(&args.site, access.store())?;
    let by = Principal::command(Command::UserAdd);
    let new = NewPerson { email: args.email.clone(), role, sites, ends_at, language: None };
    match people::add(&access, &by, &new, now) {
        Ok(invited) => show_link(&args.link, &url, &invited),
        Err(AccessError::Refused(Refusal::AccountExists)) => {
            if ends_at.is_some() {
                return Err(Failure::new(
                    "this e-mail address has an account, whose end stays: leave out --until, or remove the account first",
                ));
            }
            people::grant(&access, &by, &new.email, role, &new.sites, now).map_err(refused)?;
            let email = new.email.trim().to_lowercase();
            if args.link.json {
                return print(json!({ "email": email, "link": null }));
            }
            print(format_args!("{email} has an account, which is {role} of {} now", names(&new.sites)))
        }
        Err(error) => Err(refused(error)),
    }
}

fn list(args: &UserListArgs) -> Result<(), Failure> {
    let store = open_store(&args.data)?;
    let mut accounts = account::all(&*store, clock::now())?;
    accounts.retain(|account| account.removed_at.is_none());
    accounts.sort_by(|a, b| a.email.cmp(&b.email));
    if args.json {
        let items: Vec<_> = accounts.iter().map(json_of).collect();
        return print_text(&format!("{:#}", json!(items)));
    }
    if accounts.is_empty() {
        return print("Nobody: add the first person with `constat user add EMAIL --role admin --site '*'`");
    }
    for account in &accounts {
        let roles = account.grants.iter().map(|grant| format!("{} of {}", grant.role, grant.site));
        let roles = roles.collect::<Vec<_>>().join(", ");
        print(format_args!("{:<32} {roles}; {}", account.email, state(account)))?;
    }
    Ok(())
}

fn remove(args: &UserRemoveArgs) -> Result<(), Failure> {
    let (access, now) = open(&args.key)?;
    let by = Principal::command(Command::UserRemove);
    people::remove(&access, &by, &args.email, now).map_err(refused)?;
    print(format_args!(
        "{} was removed: sessions, links and tokens have ended",
        args.email.trim().to_lowercase()
    ))
}

fn reset(args: &UserResetArgs) -> Result<(), Failure> {
    let (access, now) = open(&args.link.key)?;
    let url = console_url(&args.link, &access)?;
    let by = Principal::command(Command::UserReset);
    let invited = people::reset(&access, &by, &args.email, now).map_err(refused)?;
    show_link(&args.link, &url, &invited)
}

/// Where links lead: asked before anything is changed.
fn console_url(args: &LinkArgs, access: &Access) -> Result<String, Failure> {
    let given = args.public_url.as_ref().map(|url| url.to_string());
    given.map_or_else(|| setting::console_url(access.store()).map_err(failed), |url| Ok(Some(url)))?.ok_or_else(|| {
        Failure::new(
            "no server with a console has used this store yet, so its address is unknown: say with --public-url \
             how browsers reach the console",
        )
    })
}

fn show_link(args: &LinkArgs, url: &str, invited: &Invited) -> Result<(), Failure> {
    let link = welcome_link(url, &invited.secret);
    if args.json {
        return print(json!({ "email": invited.email, "link": link }));
    }
    print(&link)?;
    remark(format_args!(
        "Give this link to {} on a way that nobody else reads. It works once, until {}.",
        invited.email, invited.ends_at
    ));
    Ok(())
}

fn json_of(account: &Account) -> serde_json::Value {
    json!({
        "email": account.email,
        "roles": account.grants,
        "made_at": account.made_at,
        "made_by": account.made_by,
        "welcomed_at": account.welcomed_at,
        "last_sign_in": account.last_sign_in,
        "ends_at": account.ends_at,
        "is_demo": account.is_demo,
    })
}

fn state(account: &Account) -> String {
    let signed_in = match (account.welcomed_at, account.last_sign_in) {
        _ if account.is_demo => "the demo's account, which only the link of a demo opens".to_owned(),
        (_, Some(at)) => format!("signed in last at {at}"),
        (Some(_), None) => "never signed in".to_owned(),
        (None, None) => "link not used yet".to_owned(),
    };
    account.ends_at.map_or(signed_in.clone(), |end| format!("{signed_in}; ends at {end}"))
}

/// The end of a day in UTC.
fn end_of(text: &str) -> Result<Timestamp, Failure> {
    let day = day::in_zone(text, &TimeZone::UTC).map(|(_, end)| end);
    day.ok_or_else(|| Failure::new("--until must be a day, such as 2027-03-31"))
}

/// The sites in a sentence.
pub fn names(sites: &[SiteScope]) -> String {
    let name = |site: &SiteScope| match site {
        SiteScope::All => "all sites".to_owned(),
        SiteScope::Site(id) => id.to_string(),
    };
    sites.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// What was refused, after the option at fault.
pub fn refused(error: AccessError) -> Failure {
    let option = match &error {
        AccessError::Refused(Refusal::EmailInvalid) => "EMAIL ",
        AccessError::Refused(Refusal::SitesInvalid) => "--site ",
        AccessError::Refused(Refusal::ScopeInvalid) => "--scope ",
        AccessError::Refused(Refusal::NameInvalid) => "--name ",
        AccessError::Refused(Refusal::EndInvalid) => "the end ",
        _ => "",
    };
    Failure::new(format!("{option}{error}"))
}
