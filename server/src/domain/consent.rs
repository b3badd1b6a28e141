//! From request, notice and clock to a record.

use constat_shared::{Choices, Code, ConsentRequest, Problem, PublishedNotice, Record, Timestamp};

/// The record of a request: the request checked against the notice it names,
/// dated by the server's clock, with both expiries (invariant 4).
///
/// # Errors
/// A [`Problem`] that names the field at fault.
pub fn record(request: ConsentRequest, notice: &PublishedNotice, now: Timestamp) -> Result<Record, Problem> {
    if !notice.languages.contains(&request.language) {
        let detail = format!("The notice speaks {}.", list(notice));
        return Err(Problem::of_field(Code::LanguageNotInNotice, "language", detail));
    }
    let choices = Choices { categories: request.categories, vendors: request.vendors };
    choices.check(notice, request.action)?;
    Ok(Record {
        event_id: request.event_id,
        consent_id: request.consent_id,
        previous_event_id: request.previous_event_id,
        site: notice.site.clone(),
        action: request.action,
        layer: request.layer,
        language: request.language,
        categories: choices.categories,
        vendors: choices.vendors,
        signals: request.signals,
        notice_hash: request.notice_hash,
        terms_hash: notice.terms_hash(),
        recorded_at: now,
        choice_expires_at: notice.lifetimes.choice().after(now),
        expires_at: notice.lifetimes.proof().after(now),
    })
}

fn list(notice: &PublishedNotice) -> String {
    let codes: Vec<_> = notice.languages.iter().map(|language| language.as_str()).collect();
    codes.join(", ")
}
