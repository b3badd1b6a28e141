//! `constat records`: a first look at what is stored for a consent id.

use super::noted;
use super::print::print_text;
use crate::access::trail::{Action, Command, Note};
use crate::cli::RecordsArgs;
use crate::failure::Failure;
use crate::http::demo;
use crate::jobs::demo_records::is_generated;
use crate::proof::keys::Keys;
use crate::store::{StoredRecord, UnreadableRecord, open_store};
use constat_shared::Record;
use serde_json::{Value, json};

/// Prints the records of a consent id, oldest first. The look is noted before.
pub fn run(args: &RecordsArgs) -> Result<(), Failure> {
    let store = open_store(&args.key.data)?;
    let records = store.answers(&args.site, &args.consent_id)?;
    if !records.is_empty() {
        let note = Note::of(Action::RecordsViewed).by_command(Command::Records).on(Some(&args.site));
        noted::note(&args.key.data, Keys::open(&args.key, &*store), note.about(args.consent_id));
    }
    let text = if args.json { json(&records) } else { table(&records) };
    print_text(&text)
}

fn json(records: &[StoredRecord]) -> String {
    let one = |stored: &StoredRecord| match stored {
        Ok(stored) => json!(stored.entry.record),
        Err(rest) => json!({
            "event_id": rest.event_id,
            "consent_id": rest.consent_id,
            "recorded_at": rest.recorded_at,
            "unreadable": { "step": rest.step.as_str(), "why": rest.why },
        }),
    };
    format!("{:#}\n", records.iter().map(one).collect::<Value>())
}

fn table(records: &[StoredRecord]) -> String {
    if records.is_empty() {
        return "No records: the consent id has none on this site, or they have expired.\n".to_owned();
    }
    let mut text = String::new();
    for stored in records {
        let facts = match stored {
            Ok(stored) => facts(&stored.entry.record),
            Err(rest) => facts_of_unreadable(rest),
        };
        for (name, value) in facts {
            text.push_str(&format!("{name:<13} {value}\n"));
        }
        text.push('\n');
    }
    text
}

fn facts(record: &Record) -> Vec<(&'static str, String)> {
    let (action, layer, language) = (record.action.as_str(), record.layer.as_str(), record.language);
    let signals = format!("GPC {}, DNT {}", on_off(record.signals.gpc), on_off(record.signals.dnt));
    vec![
        ("recorded at", recorded_at(record)),
        ("event id", record.event_id.to_string()),
        ("follows", record.previous_event_id.map_or("nothing known".to_owned(), |id| id.to_string())),
        ("action", format!("{action} on the {layer}, in {language}")),
        ("allowed", chosen(record, true)),
        ("refused", chosen(record, false)),
        ("signals", signals),
        ("notice", record.notice_hash.to_string()),
        ("choice until", record.choice_expires_at.to_string()),
        ("proof until", record.expires_at.to_string()),
    ]
}

fn facts_of_unreadable(rest: &UnreadableRecord) -> Vec<(&'static str, String)> {
    let unknown = || "cannot be read".to_owned();
    vec![
        ("recorded at", rest.recorded_at.map_or_else(unknown, |at| at.to_string())),
        ("event id", rest.event_id.map_or_else(unknown, |id| id.to_string())),
        ("not proven", format!("{}: {}", rest.step, rest.why)),
    ]
}

/// The records of the demo say that they are generated.
fn recorded_at(record: &Record) -> String {
    let is_generated = record.site.as_str() == demo::SITE_ID && is_generated(&record.consent_id);
    format!("{}{}", record.recorded_at, if is_generated { " (generated for the demo)" } else { "" })
}

fn chosen(record: &Record, allowed: bool) -> String {
    let categories = record.categories.iter().filter(|(_, on)| **on == allowed).map(|(id, _)| id.to_string());
    let vendors = record.vendors.iter().filter(|(_, on)| **on == allowed).map(|(id, _)| id.to_string());
    let all: Vec<_> = categories.chain(vendors).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
