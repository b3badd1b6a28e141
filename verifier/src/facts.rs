//! Hashes, names and dates of a file, each under its name there.

use constat_shared::{Evidence, Record, TreeHead};

/// A name and its value.
pub type Fact = (String, String);

/// One fact.
pub fn fact(name: &str, value: impl ToString) -> Fact {
    (name.to_owned(), value.to_string())
}

/// The facts of a record.
pub fn record_facts(record: &Record) -> Vec<Fact> {
    let mut facts = vec![
        fact("record.site", &record.site),
        fact("record.consent_id", record.consent_id),
        fact("record.event_id", record.event_id),
    ];
    facts.extend(record.previous_event_id.map(|id| fact("record.previous_event_id", id)));
    facts.extend([
        fact("record.recorded_at", record.recorded_at),
        fact("record.choice_expires_at", record.choice_expires_at),
        fact("record.expires_at", record.expires_at),
        fact("record.notice_hash", record.notice_hash),
        fact("record.terms_hash", record.terms_hash),
    ]);
    facts
}

/// The facts of the logs that a bundle names. `head` is that of its log, if its key signed it.
pub fn log_facts(evidence: &Evidence, head: Option<&TreeHead>) -> Vec<Fact> {
    let mut facts = vec![fact("log", evidence.log.origin()), fact("leaf_index", evidence.leaf_index)];
    if let Some(TreeHead { size, root }) = head {
        facts.extend([fact("checkpoint.size", size), fact("checkpoint.root", root)]);
    }
    facts.push(fact("public_key.kid", &evidence.public_key.kid));
    for (name, hash) in evidence.serving().into_iter().flat_map(|serving| &serving.files) {
        facts.push(fact(&format!("serving.{name}"), hash));
    }
    for image in evidence.snapshot().into_iter().flat_map(|snapshot| &snapshot.images) {
        facts.push(fact(&format!("snapshot.{}", image.file_name()), image.sha256));
    }
    facts
}
