//! The statement of a bundle: its record in words. Bundles hold these bytes,
//! so that the sentences must never change.

use crate::consent::{Action, Record};
use crate::log::Purge;
use crate::values::Language;

/// A record in a few sentences of its language.
pub fn statement(record: &Record) -> String {
    let (site, at, id) = (&record.site, record.recorded_at, record.consent_id);
    let allowed = record.vendors.values().filter(|on| **on).count();
    let count = record.vendors.len();
    let did = action_in_words(record.language, record.action);
    match record.language {
        Language::Fr => format!(
            "Le {at} (UTC), un navigateur portant l’identifiant de consentement {id} a répondu sur le site {site}\u{a0}: {did}. Services autorisés\u{a0}: {allowed} sur {count}. Ceci ne prouve pas quelle personne a répondu."
        ),
        Language::Nl => format!(
            "Op {at} (UTC) antwoordde een browser met toestemmings-ID {id} op de site {site}: {did}. Toegestane diensten: {allowed} van {count}. Dit bewijst niet welke persoon heeft geantwoord."
        ),
        Language::De => format!(
            "Am {at} (UTC) antwortete ein Browser mit der Einwilligungs-ID {id} auf der Website {site}: {did}. Erlaubte Dienste: {allowed} von {count}. Dies beweist nicht, welche Person geantwortet hat."
        ),
        Language::En => format!(
            "On {at} (UTC), a browser with the consent id {id} answered on the site {site}: {did}. Services allowed: {allowed} of {count}. This does not prove which person answered."
        ),
    }
}

/// A purge entry in a few sentences of a language.
pub(super) fn purge_statement(purge: &Purge, language: Language) -> String {
    let (site, at) = (&purge.site, purge.purged_at);
    let count: u64 = purge.record_counts.values().sum();
    match language {
        Language::Fr => format!(
            "Le {at} (UTC), des enregistrements du site {site} ont été supprimés avec leurs clés. Leur nombre\u{a0}: {count}. Cette mention ne nomme personne\u{a0}: le journal ne dit pas à qui ils étaient."
        ),
        Language::Nl => format!(
            "Op {at} (UTC) zijn registraties van de site {site} met hun sleutels gewist. Aantal: {count}. Deze vermelding noemt niemand: het logboek zegt niet van wie ze waren."
        ),
        Language::De => format!(
            "Am {at} (UTC) wurden Datensätze der Website {site} mit ihren Schlüsseln gelöscht. Anzahl: {count}. Dieser Eintrag nennt niemanden: Das Protokoll sagt nicht, wessen sie waren."
        ),
        Language::En => format!(
            "On {at} (UTC), records of the site {site} were deleted with their keys. Number: {count}. This entry names nobody: the log does not say whose they were."
        ),
    }
}

/// An action in a few words.
pub fn action_in_words(language: Language, action: Action) -> &'static str {
    use Action::{AllowAll, ContinueWithoutAccepting, RefuseAll, Save, Withdraw};
    match (language, action) {
        (Language::Fr, AllowAll) => "tout accepter",
        (Language::Fr, RefuseAll) => "tout refuser",
        (Language::Fr, ContinueWithoutAccepting) => "continuer sans accepter",
        (Language::Fr, Save) => "choix enregistrés un par un",
        (Language::Fr, Withdraw) => "retrait du consentement",
        (Language::Nl, AllowAll) => "alles toestaan",
        (Language::Nl, RefuseAll) => "alles weigeren",
        (Language::Nl, ContinueWithoutAccepting) => "doorgaan zonder te accepteren",
        (Language::Nl, Save) => "keuzes één voor één opgeslagen",
        (Language::Nl, Withdraw) => "toestemming ingetrokken",
        (Language::De, AllowAll) => "alle erlauben",
        (Language::De, RefuseAll) => "alle ablehnen",
        (Language::De, ContinueWithoutAccepting) => "ohne Einwilligung fortfahren",
        (Language::De, Save) => "einzeln gespeicherte Auswahl",
        (Language::De, Withdraw) => "Widerruf der Einwilligung",
        (Language::En, AllowAll) => "allow all",
        (Language::En, RefuseAll) => "refuse all",
        (Language::En, ContinueWithoutAccepting) => "continue without accepting",
        (Language::En, Save) => "choices saved one by one",
        (Language::En, Withdraw) => "consent withdrawn",
    }
}
