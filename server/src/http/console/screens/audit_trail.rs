//! `/console/audit-trail`: who did what, when, on which site; and whether nothing of it was changed.

use super::account::site_name;
use crate::access::audited::{self, Finding};
use crate::access::principal::Principal;
use crate::access::trail::audit::audit;
use crate::access::trail::read::{Filter, Names, PAGE_MAX, Who, names, read};
use crate::access::trail::{Action, Command, TrailError};
use crate::http::console::answer::{refused, screen_as};
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{console, on_console};
use crate::http::console::texts::Texts;
use crate::http::console::view::audit_trail::{AuditTrail, Target, TrailRow, Verified};
use crate::http::console::view::form::{Choice, Errors};
use crate::http::console::view::frame::Section;
use crate::http::console::who::{AuditTrailRead, May};
use crate::http::console::{day, difference, fault, moment, posted};
use crate::http::query;
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::SiteId;
use jiff::tz::TimeZone;
use std::sync::Arc;
use url::form_urlencoded;

/// What was typed into the filter.
#[derive(Default)]
struct Typed {
    who: String,
    action: String,
    site: String,
    from: String,
    to: String,
    cursor: Option<u64>,
}

/// Shows a page.
pub async fn get(may: May<AuditTrailRead>, request: HttpRequest) -> HttpResponse {
    let typed = Typed::read(request.query_string());
    show(&request, may.session, typed, Verified::NotAsked).await
}

/// Verifies the whole trail, and shows the newest entries with the result.
pub async fn verify(may: May<AuditTrailRead>, request: HttpRequest, payload: Payload) -> HttpResponse {
    if let Err(answer) = posted::by_person(&request, &may.session, payload).await {
        return answer;
    }
    let console = console(&request);
    let session = may.session;
    let by: Principal = session.principal().clone();
    let verified = on_console(&console, move |console, now| {
        let newest =
            console.access.trail().newest_head().map_err(|error| StoreError::Engine(error.to_string()))?;
        let (count, finding) = match audit(console.access.store(), newest.as_ref(), now) {
            Ok(audit) => (audit.entry_count, None),
            Err(TrailError::Differs(difference)) => (0, Some(Finding::of(&difference))),
            Err(TrailError::Store(error)) => return Err(error.into()),
        };
        audited::keep_trail(&console.access, &by, count, finding, now)
    });
    let found = match verified.await {
        Ok(found) => found,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let language = shell::language(&request, &session);
    let at = moment::moment(found.at, &TimeZone::UTC, language);
    let verified = match difference::sentence(&found, language) {
        None => Verified::Well { entries: found.leaf_count, at },
        Some(finding) => Verified::Failed { finding, at },
    };
    show(&request, session, Typed::default(), verified).await
}

impl Typed {
    fn read(query: &str) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "who" => typed.who = value.trim().to_owned(),
                // What is no choice of the form is none: the form shows what the list is filtered by.
                "action" if Action::parse(&value).is_ok() => typed.action = value.into_owned(),
                "site" if SiteId::parse(&value).is_ok() => typed.site = value.into_owned(),
                "from" => typed.from = value.into_owned(),
                "to" => typed.to = value.into_owned(),
                "cursor" => typed.cursor = value.parse().ok(),
                _ => {}
            }
        }
        typed
    }

    fn is_filtered(&self) -> bool {
        [&self.who, &self.action, &self.site, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    fn filter(&self, t: &Texts) -> Result<Filter, Errors> {
        let day_of = |field, text: &str, next| match (text, day::in_zone(text, &TimeZone::UTC)) {
            ("", _) => Ok(None),
            (_, Some((start, end))) => Ok(Some(if next { end } else { start })),
            (_, None) => Err(fault::one(field, &t.errors.day_malformed)),
        };
        let (from, until) = (day_of("from", &self.from, false)?, day_of("to", &self.to, true)?);
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(fault::one("to", &t.errors.day_order));
        }
        let who = (!self.who.is_empty()).then(|| Who::parse(&self.who)).transpose();
        Ok(Filter {
            who: who.map_err(|_| fault::one("who", &t.errors.who_malformed))?,
            action: Action::parse(&self.action).ok(),
            site: SiteId::parse(&self.site).ok(),
            from,
            until,
        })
    }

    fn href(&self, cursor: Option<u64>) -> String {
        let cursor = cursor.map_or(String::new(), |cursor| cursor.to_string());
        // An address of an old link is not carried on.
        let who = if Who::parse(&self.who).is_ok() { &*self.who } else { "" };
        let fields = [
            ("who", who),
            ("action", &*self.action),
            ("site", &self.site),
            ("from", &self.from),
            ("to", &self.to),
            ("cursor", &cursor),
        ];
        query::address("/console/audit-trail", &fields)
    }
}

/// What an entry names, in the language of the reader where it is a word of ours.
fn in_words(action: &str, target: String, t: &Texts) -> String {
    match Action::parse(action) {
        Ok(
            Action::SignInFailed | Action::LogAudited | Action::TrailAudited | Action::ConfigurationChanged,
        ) => target.split(", ").map(|id| t.target(id)).collect::<Vec<_>>().join(", "),
        Ok(Action::RoleGiven | Action::RoleTaken) => {
            match target.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
                Some((email, role)) => format!("{email} ({})", t.role(role)),
                None => target,
            }
        }
        // By its name in the API too: that is what stands in the entry.
        Ok(Action::RecordsErased) => match t.reason(&target) {
            reason if reason == target => target,
            reason => format!("{reason} ({target})"),
        },
        Ok(Action::RecoveryCodeUsed) => match target.strip_suffix(" left") {
            Some("1") => t.account.recovery_left_one.to_string(),
            Some(count) => t.account.recovery_left.plain("count", count).to_string(),
            None => target,
        },
        Ok(Action::MissingEntriesAccepted) => match target.split_once(' ') {
            Some((count, link)) => t.trail.lost_head.plain("count", count).plain("link", link).to_string(),
            None => target,
        },
        _ => target,
    }
}

async fn show(request: &HttpRequest, session: Session, typed: Typed, verified: Verified) -> HttpResponse {
    let console = console(request);
    let shell = shell::of(request, &session, Place::Of(Section::AuditTrail));
    let session = Arc::new(session);
    let (filter, errors) = match typed.filter(shell.t) {
        Ok(filter) => (Some(filter), Errors::default()),
        Err(errors) => (None, errors),
    };
    let (own, cursor) = (Arc::clone(&session), typed.cursor);
    let found = on_console(&console, move |console, now| {
        let (store, by) = (console.access.store(), own.principal());
        let page = filter.map(|filter| read(store, by, &filter, cursor, PAGE_MAX, now)).transpose()?;
        Ok((page.unwrap_or_default(), names(store, by, now)?))
    });
    let (page, names) = match found.await {
        Ok(found) => found,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let language = shell::language(request, &session);
    let entries = page.items.into_iter().map(|entry| TrailRow {
        index: entry.index,
        at: moment::moment(entry.at, &TimeZone::UTC, language),
        who: entry.who,
        target: match (entry.target, entry.is_forgotten) {
            (Some(target), _) => Target::Named(in_words(&entry.action, target, shell.t)),
            (None, true) => Target::Forgotten,
            (None, false) => Target::None,
        },
        action: entry.action,
        site: entry.site.map(|site| site_name(&console, &site)),
    });
    let [people, tokens, commands] = named(names, &typed.who);
    let sites = shell::seen(&console, session.principal()).into_iter();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = AuditTrail {
        shell,
        verified,
        actions: Action::ALL.iter().map(|action| choice(action.as_str(), &typed.action)).collect(),
        sites: sites.map(|site| Choice { label: site.name, ..choice(&site.id, &typed.site) }).collect(),
        is_filtered: typed.is_filtered(),
        entries: entries.collect(),
        older_href: page.next_cursor.map(|cursor| typed.href(Some(cursor))),
        newest_href: typed.cursor.map(|_| typed.href(None)),
        people,
        tokens,
        commands,
        from: typed.from,
        to: typed.to,
        errors,
    };
    screen_as(status, &view)
}

fn choice(value: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: value.to_owned(), is_chosen: value == chosen }
}

/// People, tokens and commands, to choose from. What the list is filtered by is there, also when it is not known
/// any more, such as a token that ended long ago; an address from an old link is not.
fn named(names: Names, chosen: &str) -> [Vec<Choice>; 3] {
    let people = names.people.into_iter();
    let people: Vec<_> = people.map(|(email, id)| Choice { label: email, ..choice(&id, chosen) }).collect();
    let mut tokens: Vec<_> = names.tokens.iter().map(|name| choice(name, chosen)).collect();
    let commands: Vec<_> = Command::ALL.iter().map(|command| choice(command.as_str(), chosen)).collect();
    let is_there = [&people, &tokens, &commands].iter().any(|all| all.iter().any(|one| one.is_chosen));
    if !is_there && Who::parse(chosen).is_ok() {
        tokens.push(choice(chosen, chosen));
    }
    [people, tokens, commands]
}
