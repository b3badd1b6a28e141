//! The certificate of one record: PDF/A-3b (ISO 19005-3), tagged, with the evidence bundle inside as an
//! associated file. No clock and no I/O: the same input gives the same bytes.

use super::certified::Certified;
use super::content::Content;
use super::words_in::words;
use crate::clock::in_words;
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::{DateTime, Metadata};
use krilla::{Document, SerializeSettings};

/// Why there is no certificate: what was drawn is no PDF/A.
#[derive(Debug, thiserror::Error)]
#[error("the certificate cannot be written as PDF/A: {0}")]
pub struct CertificateError(String);

/// The certificate, in the language of the record; in English when that cannot be read.
///
/// # Errors
/// [`CertificateError`].
pub fn certificate(of: &Certified<'_>) -> Result<Vec<u8>, CertificateError> {
    let language = match &of.checked.record {
        Ok(record) => record.language,
        Err(rest) => rest.language.unwrap_or(Language::En),
    };
    let words = words(language);
    let pdf_error = |error: &dyn std::fmt::Debug| CertificateError(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish();
    let configuration = configuration.map_err(|error| pdf_error(&error))?;
    let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let of_whom = of.checked.evidence().map(|evidence| evidence.notice.controller.name.as_str());
    let title = format!("{} – {}", words.title, of_whom.unwrap_or(of.site.as_str()));
    let exported_at = date_time(of.exported_at);
    document.set_metadata(
        Metadata::new()
            .title(title)
            .language(language.as_str().to_owned())
            .creator(format!("Constat {}", env!("CARGO_PKG_VERSION")))
            .creation_date(exported_at)
            .document_id(format!("{}/{}", of.event_id, of.exported_at)),
    );
    Content { of, steps: &of.checked.steps, words, language }.draw(&mut document);
    let bundle = EmbeddedFile {
        path: "evidence.json".to_owned(),
        mime_type: MimeType::new("application/json"),
        description: Some(words.bundle.to_owned()),
        association_kind: AssociationKind::Source,
        data: of.checked.bundle.clone().unwrap_or_default().into(),
        modification_date: Some(exported_at),
        // As it is, so that it can be found without a PDF library.
        compress: Some(false),
        location: None,
    };
    document.embed_file(bundle);
    document.finish().map_err(|error| pdf_error(&error))
}

fn date_time(at: Timestamp) -> DateTime {
    let Some(at) = in_words::local(at, &TimeZone::UTC) else { return DateTime::new(0) };
    let number = |number: i8| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(number(at.month()))
        .day(number(at.day()))
        .hour(number(at.hour()))
        .minute(number(at.minute()))
        .second(number(at.second()))
        .utc_offset_hour(0)
}
