//! `/console/sites/{site}/records/{consent_id}`: the answers of one consent id, each verified when the page
//! is opened; and their erasure.

use super::account::site_name;
use super::layer;
use super::notice::{notice_texts, picture_view};
use super::notices::site_of;
use super::purge;
use crate::access::error::{AccessError, Refusal};
use crate::access::permission::Permission;
use crate::access::records::{self, ErasureReason, SHOWN_MAX};
use crate::http::console::answer::{refused, screen, screen_as, see};
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::form::{Choice, Errors};
use crate::http::console::view::frame::Section;
use crate::http::console::view::moment::Moment;
use crate::http::console::view::notice::{DrawnLayer, Picture, ServedFile, ShownTexts};
use crate::http::console::view::timeline::{
    Answered, Change, Event, Loader, LostEvent, PurgeWaits, Removal, ShownStep, Timeline,
};
use crate::http::console::who::{May, RecordsErase, RecordsRead};
use crate::http::console::{language, moment, posted, zone};
use crate::proof::checked::{Checked, Checker};
use crate::proof::site_history;
use crate::render::site::CONSENT_JS;
use crate::store::{StoredRecord, UnreadableRecord, readable};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::log::Snapshot;
use constat_shared::proof::{CheckedStep, StepResult, Verdict};
use constat_shared::{
    Action, Category, ConsentId, Hash, Language, Layer, LogEntry, Notice, NoticeCategory, PublishedNotice,
    Record, SiteId, TextKey, Timestamp, Vendor, VendorId,
};
use std::collections::BTreeMap;

/// How many configuration layers a screen draws: with 256 vendors one takes some 300 KB.
const CONFIGURATIONS_MAX: usize = 10;

/// A record that was verified, and what its visitor was shown.
struct Answer {
    record: Record,
    checked: Checked,
    notice: Option<PublishedNotice>,
    /// The layer that this visitor had before them.
    drawn: Option<DrawnLayer>,
}

/// What the screen needs of the store.
struct Found {
    answers: Vec<Answer>,
    /// Those that cannot be read.
    unreadable: Vec<(UnreadableRecord, Vec<CheckedStep>)>,
    left_out: usize,
    snapshots: BTreeMap<Hash, Snapshot>,
    checked_at: Timestamp,
}

/// Shows them.
pub async fn get(may: May<RecordsRead>, request: HttpRequest, path: Path<(String, String)>) -> HttpResponse {
    let (site, consent_id) = path.into_inner();
    show(&request, may.session, site_of(&site), &consent_id, Errors::default(), "").await
}

/// Erases them.
pub async fn erase(
    may: May<RecordsErase>,
    request: HttpRequest,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let session = may.session;
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let (site, text) = path.into_inner();
    let site = site_of(&site);
    let t = shell::of(&request, &session, Place::Other).t;
    let (reason, mut errors) = (ErasureReason::parse(form.get("reason")).ok(), Errors::default());
    if reason.is_none() {
        errors.add("reason", &t.errors.reason_required);
    }
    if form.get("confirm") != "yes" {
        errors.add("confirm", &t.errors.confirm_required);
    }
    let (Some(reason), false) = (reason, errors.any()) else {
        return show(&request, session, site, &text, errors, form.get("reason")).await;
    };
    let console = console(&request);
    let (own, by) = (site.clone(), session.principal().clone());
    let erased = on_console(&console, move |console, _| {
        let consent_id = ConsentId::parse(&text).map_err(|_| Refusal::RecordsUnknown)?;
        // A clock that is not trusted keeps nobody from erasing: the log then has the newest trusted time.
        records::erase(&console.access, &by, &own, &consent_id, reason, console.app.clock.best_time())
    });
    match erased.await {
        Ok(erased) => match &erased.purge {
            Some((log, index)) => see(&format!("{}?erased=1", purge::path(log, *index))),
            None => screen(&PurgeWaits {
                shell: shell::of(&request, &session, Place::Site(Section::Records, site.clone())),
                site: site_name(&console, &site),
                count: erased.count,
            }),
        },
        Err(error) => refused(&request, Some(&session), &error),
    }
}

async fn show(
    request: &HttpRequest,
    session: Session,
    site: SiteId,
    text: &str,
    errors: Errors,
    reason: &str,
) -> HttpResponse {
    let Ok(consent_id) = ConsentId::parse(text) else {
        return refused(request, Some(&session), &Refusal::RecordsUnknown.into());
    };
    let console = console(request);
    let (own, by) = (site.clone(), session.principal().clone());
    let read = on_console(&console, move |console, now| {
        let records = records::timeline(&console.access, &by, &own, &consent_id, now)?;
        found(console, &own, &consent_id, records, now)
    });
    let found = match read.await {
        Ok(found) => found,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let (zone, reader) = (zone::of(&console, &site), shell::language(request, &session));
    let when = |at| moment::moment(at, &zone, reader);
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let reasons = ErasureReason::ALL.iter().map(|one| Choice {
        value: one.as_str().to_owned(),
        label: one.as_str().to_owned(),
        is_chosen: one.as_str() == reason,
    });
    let view = Timeline {
        shell: shell::of(request, &session, Place::Site(Section::Records, site.clone())),
        site: site_name(&console, &site),
        consent_id: consent_id.to_string(),
        events: events(&found, &site, reader, when),
        unreadable: found.unreadable.iter().map(|(rest, steps)| lost(rest, steps, reader, when)).collect(),
        left_out: found.left_out as u64,
        checked_at: when(found.checked_at),
        may_export: session.principal().require(Permission::RecordsExport, &site).is_ok(),
        may_erase: session.principal().require(Permission::RecordsErase, &site).is_ok(),
        reasons: reasons.collect(),
        errors,
    };
    screen_as(status, &view)
}

fn found(
    console: &Console,
    site: &SiteId,
    consent_id: &ConsentId,
    mut records: Vec<StoredRecord>,
    now: Timestamp,
) -> Result<Found, AccessError> {
    let store = &*console.app.store;
    let left_out = records.len().saturating_sub(SHOWN_MAX);
    let mut checker = Checker::new(store, &console.app.keys)?;
    let (mut answers, mut unreadable) = (Vec::new(), Vec::new());
    for stored in records.drain(left_out..) {
        let checked = checker.check(site, consent_id, stored)?;
        match checked.record.clone() {
            Ok(record) => {
                let notice = checker.notice(record.notice_hash)?.cloned();
                answers.push(Answer { record, checked, notice, drawn: None });
            }
            Err(rest) => unreadable.push((rest, checked.steps)),
        }
    }
    draw(console, &mut answers);
    let mut snapshots = BTreeMap::new();
    for entry in readable(site_history::entries(store, site))?.unwrap_or_default() {
        if let LogEntry::Snapshot(snapshot) = entry {
            snapshots.insert(snapshot.notice_hash, snapshot);
        }
    }
    Ok(Found { answers, unreadable, left_out, snapshots, checked_at: now })
}

/// An answer that cannot be read, with the checks that say why.
fn lost(
    rest: &UnreadableRecord,
    steps: &[CheckedStep],
    reader: Language,
    when: impl Fn(Timestamp) -> Moment,
) -> LostEvent {
    LostEvent {
        event_id: rest.event_id.map(|id| id.to_string()),
        at: rest.recorded_at.map(when),
        steps: steps.iter().map(|step| shown_step(step, reader)).collect(),
    }
}

fn shown_step(step: &CheckedStep, reader: Language) -> ShownStep {
    let words = step.in_words(reader);
    ShownStep { step: words.step.as_str(), result: words.result.as_str(), detail: words.detail }
}

fn events(found: &Found, site: &SiteId, reader: Language, when: impl Fn(Timestamp) -> Moment) -> Vec<Event> {
    let answers = &found.answers;
    let event = |(place, answer): (usize, &Answer)| {
        let record = &answer.record;
        let before = place.checked_sub(1).map(|before| &answers[before].record);
        let notice = answer.notice.as_deref();
        let checks = |is_open: bool| {
            let of_it = answer.checked.steps.iter();
            let of_it = of_it.filter(|step| (step.result == StepResult::NotProven) == is_open);
            of_it.map(|step| shown_step(step, reader)).collect()
        };
        let takes_back =
            record.action == Action::Withdraw || before.is_some_and(|before| takes_back(before, record));
        Event {
            event_id: record.event_id.to_string(),
            action: record.action.as_str().to_owned(),
            at: when(record.recorded_at),
            on_banner: record.layer == Layer::Banner,
            language: language::name(record.language, reader).to_owned(),
            gpc: record.signals.gpc,
            dnt: record.signals.dnt,
            notice: record.notice_hash.to_string(),
            shown: answer.notice.as_ref().and_then(|notice| shown(notice, answer, reader)),
            pictures: pictures(found, site, record, reader),
            answered: notice.map(|notice| answered(notice, record)).unwrap_or_default(),
            changes: before.map(|before| changes(notice, before, record)),
            replaced_at: answers.get(place + 1).map(|next| when(next.record.recorded_at)),
            choice_until: when(record.choice_expires_at),
            proof_until: when(record.expires_at),
            takes_back,
            removals: if takes_back { removals(notice, before, record) } else { Vec::new() },
            loader: answer.checked.serving().filter(|_| takes_back).and_then(loader),
            is_proven: Verdict::of(&answer.checked.steps) == Verdict::Proven,
            steps: checks(false),
            unproven: checks(true),
            is_older: place + 1 < answers.len(),
        }
    };
    answers.iter().enumerate().map(event).collect()
}

/// Draws the layer of every answer as its visitor had it before them; of configuration layers, which are
/// long, those of the [`CONFIGURATIONS_MAX`] newest.
fn draw(console: &Console, answers: &mut [Answer]) {
    let mut configurations = 0;
    for place in (0..answers.len()).rev() {
        let Answer { record, checked, notice: Some(notice), .. } = &answers[place] else { continue };
        let files = match checked.serving() {
            Some(LogEntry::Serving(serving)) => Some(&serving.files),
            _ => None,
        };
        let files = layer::compared(console, notice, files);
        let before = place.checked_sub(1).map(|before| &answers[before].record);
        let drawn = match record.layer {
            Layer::Banner => layer::first(notice, record.language, files),
            Layer::Configuration if configurations < CONFIGURATIONS_MAX => {
                configurations += 1;
                layer::configuration_of_answer(notice, record, before, files)
            }
            Layer::Configuration => None,
        };
        answers[place].drawn = drawn;
    }
}

/// The layer that this visitor had before them, in its own words; `None` when the notice has none.
fn shown(notice: &PublishedNotice, answer: &Answer, reader: Language) -> Option<ShownTexts> {
    let record = &answer.record;
    if !notice.languages.contains(&record.language) {
        return None;
    }
    let first = notice_texts(notice, record.language, reader);
    let text = |key| notice.text(record.language, key).unwrap_or_default().into_owned();
    let buttons = match record.action {
        Action::Withdraw => vec![TextKey::Withdraw],
        _ => vec![TextKey::RefuseAll, TextKey::Save, TextKey::AllowAll],
    };
    Some(match record.layer {
        Layer::Banner => ShownTexts { drawn: answer.drawn.clone(), ..first },
        Layer::Configuration => ShownTexts {
            configuration: answer.drawn.clone(),
            title: text(TextKey::ConfigurationTitle),
            intro: text(TextKey::ConfigurationIntro),
            buttons: buttons.into_iter().map(text).collect(),
            ..first
        },
    })
}

/// The pictures of what this visitor had before them.
fn pictures(found: &Found, site: &SiteId, record: &Record, reader: Language) -> Vec<Picture> {
    let images = found.snapshots.get(&record.notice_hash).map(|snapshot| snapshot.images.as_slice());
    let images = images.unwrap_or_default().iter();
    let of_it = images.filter(|image| image.language == record.language && image.layer == record.layer);
    of_it.map(|image| picture_view(site, &record.notice_hash, image, reader)).collect()
}

fn answered(notice: &Notice, record: &Record) -> Vec<Answered> {
    let category = |category: &NoticeCategory| {
        let vendors = notice.vendors.iter().filter(|vendor| vendor.category == category.id);
        Answered {
            title: title(Some(notice), record.language, category.id),
            allowed: record.categories.get(&category.id).copied().filter(|_| !category.exempt),
            vendors: vendors
                .filter_map(|vendor| Some((vendor.name.clone(), *record.vendors.get(&vendor.id)?)))
                .collect(),
        }
    };
    notice.categories.iter().map(category).collect()
}

/// The title of a category in a language; its name where there is none.
fn title(notice: Option<&Notice>, language: Language, id: Category) -> String {
    let title = notice.and_then(|notice| notice.text(language, TextKey::of_category(id).0));
    title.map_or_else(|| id.to_string(), |title| title.into_owned())
}

/// The categories and services whose answer is another than before; one that is new counts as refused before.
fn changes(notice: Option<&Notice>, before: &Record, record: &Record) -> Vec<Change> {
    let title = |id: &Category| title(notice, record.language, *id);
    let name = |id: &VendorId| {
        let vendor = notice.and_then(|notice| notice.vendor(id));
        vendor.map_or_else(|| id.to_string(), |vendor| vendor.name.clone())
    };
    let now = |allowed: bool| {
        let categories = changed(&before.categories, &record.categories, allowed).map(title);
        let names = categories.chain(changed(&before.vendors, &record.vendors, allowed).map(name)).collect();
        Change { names, allowed }
    };
    [now(true), now(false)].into_iter().filter(|change| !change.names.is_empty()).collect()
}

/// What has this answer now and had the other one before.
fn changed<'a, Id: Ord>(
    before: &BTreeMap<Id, bool>,
    now: &'a BTreeMap<Id, bool>,
    allowed: bool,
) -> impl Iterator<Item = &'a Id> {
    let was = move |id: &Id| before.get(id).copied().unwrap_or_default();
    now.iter().filter(move |(id, answer)| **answer == allowed && was(id) != allowed).map(|(id, _)| id)
}

/// Whether an answer takes back what the one before allowed.
fn takes_back(before: &Record, record: &Record) -> bool {
    changed(&before.vendors, &record.vendors, false).next().is_some()
}

/// What the vendors stored that were allowed before and are refused now.
fn removals(notice: Option<&Notice>, before: Option<&Record>, record: &Record) -> Vec<Removal> {
    let Some(notice) = notice else { return Vec::new() };
    let was_allowed = |id| before.is_none_or(|before| before.vendors.get(id).copied().unwrap_or_default());
    let refused = notice
        .vendors
        .iter()
        .filter(|vendor| record.vendors.get(&vendor.id) == Some(&false) && was_allowed(&vendor.id));
    // What an allowed vendor stores under the same name stays.
    let allowed = notice.vendors.iter().filter(|vendor| record.vendors.get(&vendor.id) == Some(&true));
    let stays: Vec<_> = allowed.flat_map(|vendor| &vendor.cookies).map(|cookie| &cookie.name).collect();
    let stored = |vendor: &Vendor, first_party: bool| {
        let of_it = vendor.cookies.iter().filter(|cookie| cookie.first_party == first_party);
        of_it.map(|cookie| cookie.name.clone()).filter(|name| !stays.contains(&name)).collect()
    };
    let removal = |vendor: &Vendor| Removal {
        vendor: vendor.name.clone(),
        own: stored(vendor, true),
        elsewhere: stored(vendor, false),
    };
    refused.map(removal).collect()
}

/// The SHA-256 of the loader, and of each other file that was served with it.
fn loader(entry: &LogEntry) -> Option<Loader> {
    let LogEntry::Serving(serving) = entry else { return None };
    let file = |(name, hash): (&String, &Hash)| ServedFile { name: name.clone(), hash: hash.to_string() };
    let (loader, others) =
        serving.files.iter().map(file).partition::<Vec<_>, _>(|file| file.name == CONSENT_JS);
    Some(Loader { hash: loader.into_iter().next()?.hash, others })
}
