//! `/console/sites/{site}/notices/compare?from=&to=`: what differs between two notices, and who is asked again.

use super::account::site_name;
use super::notice::vendor_view;
use super::notices::{History, SitePath, hash_of, history, may_acknowledge, site_of};
use crate::access::error::{AccessError, Refusal};
use crate::http::console::answer::{refused, screen};
use crate::http::console::shell::{self, Place};
use crate::http::console::state::{console, on_console};
use crate::http::console::view::frame::Section;
use crate::http::console::view::notice::ShownVendor;
use crate::http::console::view::notices_compare::{
    Asked, Difference, Fate, NoticesCompare, Piece, PurposeDifference, Reason, TextDifference,
    TextDifferences, VendorDifference,
};
use crate::http::console::who::{May, NoticesRead};
use crate::http::console::{language, zone};
use crate::http::query;
use crate::store::notice_of_site;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Category, Language, PublishedNotice, PurposeId, TermsChange, TextKey, VendorId};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;

/// The most reasons that are named.
const REASONS_MAX: usize = 20;

/// Both notices, and when they were in force.
struct Pair {
    from: PublishedNotice,
    to: PublishedNotice,
    history: History,
}

/// Shows it.
pub async fn get(may: May<NoticesRead>, request: HttpRequest, site: SitePath) -> HttpResponse {
    let session = may.session;
    let site = site_of(&site);
    let console = console(&request);
    let [from, to] = ["from", "to"].map(|name| query::value(&request, name).unwrap_or_default());
    let own = site.clone();
    let read = on_console(&console, move |console, now| {
        let store = &*console.app.store;
        let notice = |hash| -> Result<PublishedNotice, AccessError> {
            Ok(notice_of_site(store, &own, hash)?.ok_or(Refusal::SiteUnknown)?)
        };
        let (from, to) = (notice(hash_of(&from)?)?, notice(hash_of(&to)?)?);
        Ok(Pair { from, to, history: history(console, &own, now)? })
    });
    let pair = match read.await {
        Ok(pair) => pair,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let (zone, reader) = (zone::of(&console, &site), shell::language(&request, &session));
    let places = pair.history.place(&pair.from.notice_hash()).zip(pair.history.place(&pair.to.notice_hash()));
    let Some((from, to)) = places else {
        return refused(&request, Some(&session), &Refusal::SiteUnknown.into());
    };
    let asks_refusers = console.app.sites.get(&site).is_some_and(|served| served.site.ask_refusers_again);
    let change = TermsChange::between(&pair.from, &pair.to);
    let quoted = quoted(&pair.to, reader);
    let to = pair.history.row(to, &zone, reader);
    let (vendors, vendors_same) = vendors(&pair, &change, quoted);
    let view = NoticesCompare {
        shell: shell::of(&request, &session, Place::Site(Section::Notices, site.clone())),
        site: site_name(&console, &site),
        from: pair.history.row(from, &zone, reader),
        asked: match change.reasons().is_empty() {
            true => Asked::Nobody,
            false if asks_refusers => Asked::Everybody,
            false => Asked::Allowers,
        },
        reasons: change
            .reasons()
            .iter()
            .take(REASONS_MAX)
            .map(|reason| reason_of(reason, &pair.to, quoted))
            .collect(),
        reasons_more: change.reasons().len().saturating_sub(REASONS_MAX) as u64,
        vendors,
        vendors_same,
        purposes: purposes(&pair, quoted),
        texts: texts(&pair, reader),
        may_acknowledge: to.acknowledged.is_none() && may_acknowledge(&session, &site),
        to,
    };
    screen(&view)
}

/// The language in which the facts of a notice are quoted: the reader's, if the notice speaks it.
fn quoted(notice: &PublishedNotice, reader: Language) -> Language {
    if notice.languages.contains(&reader) { reader } else { notice.languages[0] }
}

fn category(notice: &PublishedNotice, category: Category, language: Language) -> String {
    notice.texts[&language].get(TextKey::of_category(category).0).to_owned()
}

fn vendor_name(notice: &PublishedNotice, id: &VendorId) -> String {
    notice.vendor(id).map_or_else(|| id.to_string(), |vendor| vendor.name.clone())
}

fn purpose_title(notice: &PublishedNotice, id: &PurposeId, language: Language) -> String {
    let text = notice.purposes.get(id).and_then(|texts| texts.get(&language));
    text.map_or_else(|| id.to_string(), |text| text.title.clone())
}

fn reason_of(reason: &constat_shared::Reason, to: &PublishedNotice, language: Language) -> Reason {
    use constat_shared::Reason as Why;
    match reason {
        Why::ControllerChanged => Reason::ControllerChanged,
        Why::CategoryCame(id) => Reason::CategoryCame(category(to, *id, language)),
        Why::ExemptionWithdrawn(id) => Reason::ExemptionWithdrawn(category(to, *id, language)),
        Why::VendorCame(id) => Reason::VendorCame(vendor_name(to, id)),
        Why::CompanyChanged(id) => Reason::CompanyChanged(vendor_name(to, id)),
        Why::CategoryChanged(id) => Reason::CategoryChanged(vendor_name(to, id)),
        Why::PurposeCame(id, purpose) => {
            Reason::PurposeCame(vendor_name(to, id), purpose_title(to, purpose, language))
        }
    }
}

/// The vendor whom a reason is about.
fn vendor_of(reason: &constat_shared::Reason) -> Option<&VendorId> {
    use constat_shared::Reason as Why;
    match reason {
        Why::VendorCame(id)
        | Why::CompanyChanged(id)
        | Why::CategoryChanged(id)
        | Why::PurposeCame(id, _) => Some(id),
        Why::ControllerChanged | Why::CategoryCame(_) | Why::ExemptionWithdrawn(_) => None,
    }
}

/// The vendors that differ, and the names of the others.
fn vendors(pair: &Pair, change: &TermsChange, language: Language) -> (Vec<VendorDifference>, Vec<String>) {
    let ids: BTreeSet<&VendorId> =
        pair.from.vendors.iter().chain(&pair.to.vendors).map(|vendor| &vendor.id).collect();
    let (mut differ, mut same) = (Vec::new(), Vec::new());
    for id in ids {
        let view = |notice: &PublishedNotice| {
            notice.vendor(id).map(|vendor| vendor_view(notice, vendor, quoted(notice, language)))
        };
        let (before, after) = (view(&pair.from), view(&pair.to));
        let difference = match (&before, &after) {
            (Some(before), Some(after)) if before == after => {
                same.push(after.name.clone());
                continue;
            }
            (Some(_), Some(_)) => Difference::Changed,
            (Some(_), None) => Difference::Removed,
            (None, _) => Difference::Added,
        };
        let Some(known) = after.as_ref().or(before.as_ref()) else { continue };
        differ.push(VendorDifference {
            name: known.name.clone(),
            category: known.category.clone(),
            difference,
            lines: lines(before.as_ref(), after.as_ref()),
            asks: change.reasons().iter().any(|reason| vendor_of(reason) == Some(id)),
        });
    }
    (differ, same)
}

/// What differs between two views of a vendor, line by line.
fn lines(before: Option<&ShownVendor>, after: Option<&ShownVendor>) -> Vec<Vec<Piece>> {
    let facts = |vendor: Option<&ShownVendor>| -> Vec<String> {
        let Some(vendor) = vendor else { return vec![String::new(); 5] };
        let cookies = vendor.cookies.iter().map(|cookie| format!("{} ({})", cookie.name, cookie.duration));
        vec![
            vendor.company.clone(),
            vendor.category.clone(),
            vendor.transfer.clone(),
            vendor.purposes.join(", "),
            cookies.collect::<Vec<_>>().join(", "),
        ]
    };
    let pairs = facts(before).into_iter().zip(facts(after));
    pairs.filter(|(before, after)| before != after).map(|(before, after)| pieces(&before, &after)).collect()
}

/// Two texts as one, word by word.
fn pieces(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Stays,
            ChangeTag::Delete => Fate::Went,
            ChangeTag::Insert => Fate::Came,
        };
        match pieces.last_mut() {
            Some(last) if last.fate == fate => last.text.push_str(change.value()),
            _ => pieces.push(Piece { fate, text: change.value().to_owned() }),
        }
    }
    pieces
}

fn purposes(pair: &Pair, language: Language) -> Vec<PurposeDifference> {
    let ids: BTreeSet<&PurposeId> = pair.from.purposes.keys().chain(pair.to.purposes.keys()).collect();
    let vendors = |notice: &PublishedNotice, id: &PurposeId| -> Vec<String> {
        notice
            .vendors
            .iter()
            .filter(|vendor| vendor.purposes.contains(id))
            .map(|vendor| vendor.name.clone())
            .collect()
    };
    let mut all = Vec::new();
    for id in ids {
        let (before, after) = (vendors(&pair.from, id), vendors(&pair.to, id));
        if before == after {
            continue;
        }
        let known = if after.is_empty() { &pair.from } else { &pair.to };
        all.push(PurposeDifference {
            name: purpose_title(known, id, quoted(known, language)),
            difference: match (before.is_empty(), after.is_empty()) {
                (true, _) => Difference::Added,
                (_, true) => Difference::Removed,
                _ => Difference::Changed,
            },
            vendors: if after.is_empty() { before } else { after },
        });
    }
    all
}

/// The texts that differ, the reader's language first.
fn texts(pair: &Pair, reader: Language) -> Vec<TextDifferences> {
    let languages = pair.from.languages.iter().chain(&pair.to.languages).copied();
    let mut languages: Vec<Language> = languages.collect::<BTreeSet<_>>().into_iter().collect();
    languages.sort_by_key(|language| *language != reader);
    let mut all = Vec::new();
    for language in languages {
        let text = |notice: &PublishedNotice, key| {
            notice.texts.get(&language).map_or("", |texts| texts.get(key)).to_owned()
        };
        let mut differ = Vec::new();
        for key in TextKey::ALL {
            let (before, after) = (text(&pair.from, *key), text(&pair.to, *key));
            if before == after {
                continue;
            }
            let both = pieces(&before, &after);
            let without = |fate: Fate| both.iter().filter(|piece| piece.fate != fate).cloned().collect();
            differ.push(TextDifference {
                key: key.as_str().to_owned(),
                before: without(Fate::Came),
                after: without(Fate::Went),
            });
        }
        if !differ.is_empty() {
            all.push(TextDifferences {
                language: language.as_str().to_owned(),
                direction: language.direction().to_owned(),
                name: language::name(language, reader).to_owned(),
                texts: differ,
            });
        }
    }
    all
}
