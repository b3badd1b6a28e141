//! Why a bundle proves nothing, in the four languages. The check that failed keeps
//! its name in all of them.

use super::sentence::{Sentence, fill, position};
use super::step::Step;
use crate::log::CheckpointError;
use crate::values::Language;
use std::fmt;

/// Why a bundle proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceError {
    /// The file is over the limit (`EVIDENCE_BYTES_MAX`).
    TooLarge,
    /// The file is not a bundle.
    Malformed(String),
    /// The file's bytes are not the canonical JSON of its content.
    NotCanonical,
    /// A certificate holds no bundle.
    NoBundle,
    /// A certificate holds more than one.
    SeveralBundles,
    /// The bundle in a certificate cannot be read.
    BundleUnreadable,
    /// Another version made it.
    Format {
        /// The bundle's format.
        found: u8,
        /// The format that this code reads.
        expected: u8,
    },
    /// The statement is not that of the record.
    Statement,
    /// The notice is not the one that the record names.
    Notice,
    /// The record does not answer the notice in this field.
    Choices(String),
    /// The notice has no texts in the record's language.
    Language,
    /// The record's expiries are not those of its notice.
    Dates,
    /// The log is not that of the record.
    Log,
    /// The key is not well formed.
    Key,
    /// The checkpoint is refused.
    Checkpoint(CheckpointError),
    /// The record's commitment is not in the log.
    Inclusion,
    /// The entry of the served files is refused.
    Serving(Fault),
    /// The entry of the pictures is refused.
    Snapshot(Fault),
    /// The time-stamp is refused.
    Timestamp(Fault),
    /// The server could no longer read what this check needs.
    Unreadable(Step),
}

/// What is wrong with an entry by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is of another kind than the part.
    OtherKind,
    /// It is about another site or notice.
    OtherNotice,
    /// It is about another log.
    OtherLog,
    /// The files were served only after the record was accepted.
    ServedLater,
    /// It is not in the log it names.
    NotLogged,
    /// What was stamped is not a head of the log.
    NoCheckpoint,
    /// The time-stamp is over the log before the record was in it.
    StampedEarlier,
    /// The log was rewritten after the time-stamp.
    NotConsistent,
}

impl EvidenceError {
    /// The check that found it.
    pub fn step(&self) -> Step {
        match self {
            EvidenceError::TooLarge
            | EvidenceError::Malformed(_)
            | EvidenceError::NotCanonical
            | EvidenceError::NoBundle
            | EvidenceError::SeveralBundles
            | EvidenceError::BundleUnreadable => Step::File,
            EvidenceError::Format { .. } => Step::Format,
            EvidenceError::Statement => Step::Statement,
            EvidenceError::Notice => Step::Notice,
            EvidenceError::Choices(_) => Step::Choices,
            EvidenceError::Language => Step::Language,
            EvidenceError::Dates => Step::Dates,
            EvidenceError::Log => Step::Log,
            EvidenceError::Key => Step::PublicKey,
            EvidenceError::Checkpoint(_) => Step::Checkpoint,
            EvidenceError::Inclusion => Step::InclusionProof,
            EvidenceError::Serving(_) => Step::Serving,
            EvidenceError::Snapshot(_) => Step::Snapshot,
            EvidenceError::Timestamp(_) => Step::Timestamp,
            EvidenceError::Unreadable(step) => *step,
        }
    }

    /// The error as one sentence that begins with the name of the check.
    pub fn in_words(&self, language: Language) -> String {
        let colon = if language == Language::Fr { "\u{a0}:" } else { ":" };
        format!("{}{colon} {}", self.step(), self.why(language))
    }

    /// What is wrong, as one sentence that completes the name of the check.
    pub fn why(&self, language: Language) -> String {
        let values = match self {
            EvidenceError::Malformed(value) | EvidenceError::Choices(value) => vec![value.clone()],
            EvidenceError::Format { found, expected } => vec![found.to_string(), expected.to_string()],
            _ => Vec::new(),
        };
        fill(self.sentence()[position(language)], &values)
    }

    fn sentence(&self) -> Sentence {
        match self {
            EvidenceError::TooLarge => TOO_LARGE,
            EvidenceError::Malformed(_) => MALFORMED,
            EvidenceError::NotCanonical => NOT_CANONICAL,
            EvidenceError::NoBundle => NO_BUNDLE,
            EvidenceError::SeveralBundles => SEVERAL_BUNDLES,
            EvidenceError::BundleUnreadable => BUNDLE_UNREADABLE,
            EvidenceError::Format { .. } => OTHER_FORMAT,
            EvidenceError::Statement => STATEMENT,
            EvidenceError::Notice => NOTICE,
            EvidenceError::Choices(_) => CHOICES,
            EvidenceError::Language => NO_LANGUAGE,
            EvidenceError::Dates => DATES,
            EvidenceError::Log => LOG,
            EvidenceError::Key => KEY,
            EvidenceError::Inclusion => INCLUSION,
            EvidenceError::Unreadable(_) => UNREADABLE,
            EvidenceError::Checkpoint(CheckpointError::Malformed) => NOT_C2SP,
            EvidenceError::Checkpoint(CheckpointError::OtherLog) => HEAD_OF_ANOTHER_LOG,
            EvidenceError::Checkpoint(CheckpointError::NotSigned) => HEAD_NOT_SIGNED,
            EvidenceError::Serving(fault)
            | EvidenceError::Snapshot(fault)
            | EvidenceError::Timestamp(fault) => fault.sentence(),
        }
    }
}

impl Fault {
    fn sentence(self) -> Sentence {
        match self {
            Fault::OtherKind => OTHER_KIND,
            Fault::OtherNotice => OTHER_NOTICE,
            Fault::OtherLog => OTHER_LOG,
            Fault::ServedLater => SERVED_LATER,
            Fault::NotLogged => NOT_LOGGED,
            Fault::NoCheckpoint => NO_CHECKPOINT,
            Fault::StampedEarlier => STAMPED_EARLIER,
            Fault::NotConsistent => NOT_CONSISTENT,
        }
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Language::En))
    }
}

impl std::error::Error for EvidenceError {}

const TOO_LARGE: Sentence = [
    "il est trop grand pour un dossier de preuve",
    "het is te groot voor een bewijsdossier",
    "sie ist zu groß für eine Nachweisdatei",
    "it is too large to be an evidence bundle",
];
const MALFORMED: Sentence = [
    "ce n’est pas un dossier de preuve ({0})",
    "het is geen bewijsdossier ({0})",
    "sie ist keine Nachweisdatei ({0})",
    "it is not an evidence bundle ({0})",
];
const NOT_CANONICAL: Sentence = [
    "ses octets ne sont pas du JSON canonique\u{202f}; il a donc été changé, ou écrit par un autre programme",
    "de bytes zijn geen canonieke JSON; het is dus gewijzigd of door een ander programma geschreven",
    "ihre Bytes sind kein kanonisches JSON; sie wurde also verändert oder von einem anderen Programm geschrieben",
    "its bytes are not canonical JSON, so it was changed or written by another program",
];
const NO_BUNDLE: Sentence = [
    "ce PDF ne contient aucun dossier de preuve\u{202f}; ce n’est pas un certificat de Constat, ou il en a été retiré",
    "deze PDF bevat geen bewijsdossier; het is geen certificaat van Constat, of het dossier is eruit gehaald",
    "dieses PDF enthält keine Nachweisdatei; es ist kein Zertifikat von Constat, oder sie wurde entfernt",
    "this PDF holds no evidence bundle: it is no certificate of Constat, or the bundle was taken out",
];
const SEVERAL_BUNDLES: Sentence = [
    "ce PDF contient plusieurs fichiers\u{202f}; extrayez le dossier de preuve et vérifiez-le seul",
    "deze PDF bevat meerdere bestanden; haal het bewijsdossier eruit en controleer het apart",
    "dieses PDF enthält mehrere Dateien; entnehmen Sie die Nachweisdatei, und prüfen Sie sie allein",
    "this PDF holds several files: extract the evidence bundle and verify it alone",
];
const BUNDLE_UNREADABLE: Sentence = [
    "le dossier de preuve dans ce PDF ne peut pas être lu\u{202f}; le fichier est abîmé, chiffré, ou réenregistré par un autre programme",
    "het bewijsdossier in deze PDF kan niet worden gelezen; het bestand is beschadigd, versleuteld of door een ander programma opnieuw opgeslagen",
    "die Nachweisdatei in diesem PDF kann nicht gelesen werden; die Datei ist beschädigt, verschlüsselt oder von einem anderen Programm neu gespeichert",
    "the evidence bundle in this PDF cannot be read: the file is damaged, encrypted, or was saved again by another program",
];
const UNREADABLE: Sentence = [
    "le serveur n’a pas pu lire ce qu’il en avait conservé",
    "de server kon niet lezen wat hij daarvan had bewaard",
    "der Server konnte nicht lesen, was er davon gespeichert hatte",
    "the server could not read what it had stored of it",
];
const OTHER_FORMAT: Sentence = [
    "c’est le format {0}, ce programme lit le format {1}",
    "dit is formaat {0}, dit programma leest formaat {1}",
    "dies ist Format {0}, dieses Programm liest Format {1}",
    "it is {0}, this program reads {1}",
];
const STATEMENT: Sentence = [
    "ce n’est pas celui de cet enregistrement",
    "het is niet die van deze registratie",
    "es ist nicht der Text dieses Datensatzes",
    "it is not the one of this record",
];
const NOTICE: Sentence = [
    "ce n’est pas celle que l’enregistrement nomme",
    "het is niet die welke de registratie noemt",
    "es ist nicht der, den der Datensatz nennt",
    "it is not the one the record names",
];
const CHOICES: Sentence = [
    "il ne répond pas à la notice ({0})",
    "de registratie antwoordt niet op de kennisgeving ({0})",
    "der Datensatz antwortet nicht auf den Hinweis ({0})",
    "it does not answer the notice ({0})",
];
const NO_LANGUAGE: Sentence = [
    "sa langue n’est pas de celles de la notice",
    "de taal is geen van die van de kennisgeving",
    "seine Sprache ist keine des Hinweises",
    "its language is not one of the notice",
];
const DATES: Sentence = [
    "ses dates ne sont pas celles que fixe la notice",
    "de datums zijn niet die van de kennisgeving",
    "seine Daten sind nicht die des Hinweises",
    "its dates are not the ones of its notice",
];
const LOG: Sentence = [
    "ce n’est pas celui auquel appartient l’enregistrement",
    "het is niet dat waartoe de registratie behoort",
    "es ist nicht das, zu dem der Datensatz gehört",
    "it is not the one the record belongs to",
];
const KEY: Sentence = [
    "ce n’est pas une clé Ed25519 sous son propre nom",
    "het is geen Ed25519-sleutel onder zijn eigen naam",
    "es ist kein Ed25519-Schlüssel unter seinem eigenen Namen",
    "it is not an Ed25519 key under its own name",
];
const INCLUSION: Sentence = [
    "l’enregistrement, sa clé et son numéro de feuille ne donnent pas la racine de la tête du journal",
    "de registratie, haar sleutel en het nummer van haar blad leveren niet de wortel van het hoofd van het logboek op",
    "der Datensatz, sein Schlüssel und die Nummer seines Blatts ergeben nicht die Wurzel des Protokollkopfs",
    "the record, its key and its leaf index do not give the root of the checkpoint",
];
const NOT_C2SP: Sentence = [
    "ce n’est pas une tête de journal à la forme C2SP",
    "het is geen logboekhoofd in de C2SP-vorm",
    "es ist kein Protokollkopf in der Form von C2SP",
    "it is not a checkpoint in the C2SP form",
];
const HEAD_OF_ANOTHER_LOG: Sentence = [
    "c’est la tête d’un autre journal",
    "het is het hoofd van een ander logboek",
    "es ist der Kopf eines anderen Protokolls",
    "it is the checkpoint of another log",
];
const HEAD_NOT_SIGNED: Sentence = [
    "elle ne porte aucune signature de la clé du dossier",
    "er staat geen handtekening in van de sleutel van het dossier",
    "er trägt keine Signatur des Schlüssels der Datei",
    "no signature in it is by the key given",
];
const OTHER_KIND: Sentence = [
    "l’inscription est d’une autre sorte",
    "de inschrijving is van een andere soort",
    "der Eintrag ist von anderer Art",
    "its entry is of another kind",
];
const OTHER_NOTICE: Sentence = [
    "elle concerne un autre site ou une autre notice que l’enregistrement",
    "ze gaat over een andere site of kennisgeving dan de registratie",
    "er betrifft eine andere Website oder einen anderen Hinweis als der Datensatz",
    "it is about another site or notice than the record’s",
];
const OTHER_LOG: Sentence = [
    "elle concerne un autre journal que celui de l’enregistrement",
    "ze gaat over een ander logboek dan dat van de registratie",
    "er betrifft ein anderes Protokoll als das des Datensatzes",
    "it is about another log than the record’s",
];
const SERVED_LATER: Sentence = [
    "elle nomme des fichiers servis seulement après l’enregistrement",
    "ze noemt bestanden die pas na de registratie zijn geleverd",
    "er nennt Dateien, die erst nach dem Datensatz ausgeliefert wurden",
    "it names files that were served only after the record was taken",
];
const NOT_LOGGED: Sentence = [
    "l’inscription, son numéro de feuille et sa preuve ne donnent pas la racine d’une tête de son journal signée par la clé",
    "de inschrijving, het nummer van haar blad en haar bewijs leveren niet de wortel op van een hoofd van haar logboek dat met de sleutel is ondertekend",
    "der Eintrag, die Nummer seines Blatts und sein Beweis ergeben nicht die Wurzel eines Kopfs seines Protokolls, den der Schlüssel signiert hat",
    "its entry, leaf index and proof do not give the root of a checkpoint of its log by the key",
];
const NO_CHECKPOINT: Sentence = [
    "ce qu’elle date n’est pas une tête du journal de l’enregistrement",
    "wat ze dateert, is geen hoofd van het logboek van de registratie",
    "was er datiert, ist kein Kopf des Protokolls des Datensatzes",
    "what it stamps is not a checkpoint of the record’s log",
];
const STAMPED_EARLIER: Sentence = [
    "le journal ne contenait pas encore l’enregistrement quand il a été daté",
    "het logboek bevatte de registratie nog niet toen het werd gedateerd",
    "das Protokoll enthielt den Datensatz noch nicht, als es datiert wurde",
    "the log did not hold the record yet when it was stamped",
];
const NOT_CONSISTENT: Sentence = [
    "le journal ne commence pas par ce qui a été daté",
    "het logboek begint niet met wat is gedateerd",
    "das Protokoll beginnt nicht mit dem, was datiert wurde",
    "the log does not begin with what was stamped",
];
#[cfg(test)]
mod tests {
    use super::*;

    fn every_error() -> Vec<EvidenceError> {
        use CheckpointError as Head;
        let faults = [
            Fault::OtherKind,
            Fault::OtherNotice,
            Fault::OtherLog,
            Fault::ServedLater,
            Fault::NotLogged,
            Fault::NoCheckpoint,
            Fault::StampedEarlier,
            Fault::NotConsistent,
        ];
        let mut errors = vec![
            EvidenceError::TooLarge,
            EvidenceError::Malformed("missing field `log`".into()),
            EvidenceError::NotCanonical,
            EvidenceError::NoBundle,
            EvidenceError::SeveralBundles,
            EvidenceError::BundleUnreadable,
            EvidenceError::Format { found: 7, expected: 2 },
            EvidenceError::Statement,
            EvidenceError::Notice,
            EvidenceError::Choices("vendors.youtube".into()),
            EvidenceError::Language,
            EvidenceError::Dates,
            EvidenceError::Log,
            EvidenceError::Key,
            EvidenceError::Inclusion,
        ];
        errors.extend([Head::Malformed, Head::OtherLog, Head::NotSigned].map(EvidenceError::Checkpoint));
        errors.extend(faults.map(EvidenceError::Serving));
        errors.extend(faults.map(EvidenceError::Snapshot));
        errors.extend(faults.map(EvidenceError::Timestamp));
        errors
    }

    #[test]
    fn every_error_names_its_check_and_differs_in_each_language() {
        for error in every_error() {
            let mut all = Language::ALL.map(|language| error.in_words(language)).to_vec();
            assert!(all.iter().all(|words| words.starts_with(error.step().as_str())), "{all:?}");
            assert!(all.iter().all(|words| !words.contains(['{', '\''])), "{all:?}");
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 4, "{all:?}");
        }
        let words = EvidenceError::Choices("vendors.youtube".into()).in_words(Language::De);
        assert_eq!(words, "choices: der Datensatz antwortet nicht auf den Hinweis (vendors.youtube)");
        let other = EvidenceError::Format { found: 7, expected: 2 };
        assert_eq!(other.to_string(), "format: it is 7, this program reads 2");
    }

    #[test]
    fn french_has_its_spaces() {
        for words in every_error().into_iter().map(|error| error.in_words(Language::Fr)) {
            let bare = words.replace("\u{202f};", "").replace("\u{a0}:", "");
            assert!(!bare.contains([';', ':', '!', '?']), "{words}");
        }
    }
}
