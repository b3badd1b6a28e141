//! `constat records`: a first look at what is stored for a consent id.

use super::noted;
use super::print::print_text;
use crate::access::trail::{Action, Command, Note};
use crate::cli::RecordsArgs;
use crate::failure::Failure;
use crate::http::demo;
use crate::jobs::demo_records::is_generated;
use crate::proof::keys::Keys;
use crate::store::open_store;
use constat_shared::Record;

/// Prints the records of a consent id, oldest first. The look is noted before.
pub fn run(args: &RecordsArgs) -> Result<(), Failure> {
    let store = open_store(&args.key.data)?;
    let records = store.history(&args.site, &args.consent_id)?;
    if !records.is_empty() {
        let note = Note::of(Action::RecordsViewed).by_command(Command::Records).on(Some(&args.site));
        noted::note(&args.key.data, Keys::open(&args.key, &*store), note.about(args.consent_id));
    }
    let text = if args.json { json(&records) } else { table(&records) };
    print_text(&text)
}

fn json(records: &[Record]) -> String {
    format!("{:#}\n", serde_json::json!(records))
}

fn table(records: &[Record]) -> String {
    if records.is_empty() {
        return "No records: the consent id has none on this site, or they have expired.\n".to_owned();
    }
    let mut text = String::new();
    for record in records {
        let facts = [
            ("recorded at", recorded_at(record)),
            ("event id", record.event_id.to_string()),
            ("follows", record.previous_event_id.map_or("nothing known".to_owned(), |id| id.to_string())),
            (
                "action",
                format!(
                    "{} on the {}, in {}",
                    record.action.as_str(),
                    record.layer.as_str(),
                    record.language
                ),
            ),
            ("allowed", chosen(record, true)),
            ("refused", chosen(record, false)),
            ("signals", format!("GPC {}, DNT {}", on_off(record.signals.gpc), on_off(record.signals.dnt))),
            ("notice", record.notice_hash.to_string()),
            ("choice until", record.choice_expires_at.to_string()),
            ("proof until", record.expires_at.to_string()),
        ];
        for (name, value) in facts {
            text.push_str(&format!("{name:<13} {value}\n"));
        }
        text.push('\n');
    }
    text
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
