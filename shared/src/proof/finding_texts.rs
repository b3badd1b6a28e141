//! Findings in the four languages. Each sentence completes the word for its
//! standing: “not proven: that a human hand clicked, or whose”.

use super::finding::{Compared, Finding, Stamp, Standing};
use super::sentence::{Sentence, fill, position};
use super::statement::action_in_words;
use crate::consent::Layer;
use crate::values::Language;

const WHOLE: Sentence = [
    "le dossier de preuve est entier\u{202f}; aucun octet n’en a été changé",
    "het bewijsdossier is volledig; er is geen byte aan gewijzigd",
    "die Nachweisdatei ist vollständig; kein Byte daran wurde verändert",
    "the bundle is whole; no byte of it was changed",
];
const CONSENT: Sentence = [
    "identifiant de consentement {0}, sur le site {1}",
    "toestemmings-ID {0} op de site {1}",
    "Einwilligungs-ID {0} auf der Website {1}",
    "consent id {0} on site {1}",
];
const ANSWER: Sentence = [
    "la réponse\u{a0}: {0}, {1}, en {2}, enregistrée le {3} à l’horloge du serveur",
    "het antwoord: {0}, {1}, in het {2}, vastgelegd op {3} volgens de klok van de server",
    "die Antwort: {0}, {1}, auf {2}, erfasst am {3} nach der Uhr des Servers",
    "the answer: {0}, {1}, in {2}, recorded at {3} by the server’s clock",
];
const CHOICES: Sentence = [
    "services autorisés\u{a0}: {0} sur {1}",
    "toegestane diensten: {0} van {1}",
    "erlaubte Dienste: {0} von {1}",
    "services allowed: {0} of {1}",
];
const DATES: Sentence = [
    "le choix vaut jusqu’au {0} et sa preuve est gardée jusqu’au {1}, comme le fixe la notice",
    "de keuze geldt tot {0} en het bewijs wordt bewaard tot {1}, zoals de kennisgeving bepaalt",
    "die Auswahl gilt bis {0}, und ihr Nachweis wird bis {1} aufbewahrt, wie der Hinweis es festlegt",
    "the choice holds until {0} and its proof is kept until {1}, as the notice sets",
];
const NOTICE: Sentence = [
    "l’enregistrement répond à la notice {0}, qui est entière dans le dossier",
    "de registratie antwoordt op kennisgeving {0}, die volledig in het dossier staat",
    "der Datensatz antwortet auf den Hinweis {0}, der vollständig in der Datei steht",
    "the record answers notice {0}, which is in the bundle, whole",
];
const LEAF: Sentence = [
    "l’enregistrement est la feuille {0} du journal {2} (numérotées à partir de 0, {1} en tout)",
    "de registratie is blad {0} van het logboek {2} (geteld vanaf 0, {1} in totaal)",
    "der Datensatz ist Blatt {0} des Protokolls {2} (von 0 an gezählt, {1} insgesamt)",
    "the record is leaf {0} of the log {2} (counted from 0, {1} in all)",
];
const SIGNED: Sentence = [
    "la tête du journal est signée par la clé {0}",
    "het hoofd van het logboek is ondertekend met sleutel {0}",
    "der Kopf des Protokolls ist mit dem Schlüssel {0} signiert",
    "the log’s head is signed by key {0}",
];
const KEY_PUBLISHED: Sentence = [
    "cette clé est l’une de celles que l’exploitant publie (fichier fourni)",
    "die sleutel is een van de sleutels die de exploitant publiceert (meegegeven bestand)",
    "dieser Schlüssel gehört zu denen, die der Betreiber veröffentlicht (beigelegte Datei)",
    "this key is one of those the operator publishes (in the file given)",
];
const KEY_FOREIGN: Sentence = [
    "que cette clé soit celle de l’exploitant\u{202f}; elle n’est pas parmi les clés publiées fournies",
    "dat die sleutel van de exploitant is; hij staat niet bij de meegegeven gepubliceerde sleutels",
    "dass dieser Schlüssel dem Betreiber gehört; unter den beigelegten veröffentlichten Schlüsseln ist er nicht",
    "that this key is the operator’s; it is none of the published keys given",
];
const KEY_NOT_COMPARED: Sentence = [
    "que cette clé soit celle de l’exploitant\u{202f}; comparez-la avec celle qu’il publie",
    "dat die sleutel van de exploitant is; vergelijk hem met de sleutel die de exploitant publiceert",
    "dass dieser Schlüssel dem Betreiber gehört; vergleichen Sie ihn mit dem veröffentlichten",
    "that this key is the operator’s; compare it with the one they publish",
];
const PURGE_WHOLE: Sentence = [
    "le fichier est entier\u{202f}; aucun octet n’en a été changé",
    "het bestand is volledig; er is geen byte aan gewijzigd",
    "die Datei ist vollständig; kein Byte daran wurde verändert",
    "the file is whole; no byte of it was changed",
];
const PURGED: Sentence = [
    "le journal note que des enregistrements du site {1} ont été supprimés le {2}\u{a0}: {0}",
    "het logboek vermeldt dat op {2} registraties van de site {1} zijn gewist: {0}",
    "das Protokoll vermerkt, dass am {2} Datensätze der Website {1} gelöscht wurden: {0}",
    "the log states that records of the site {1} were deleted on {2}: {0}",
];
const PURGE_LEAF: Sentence = [
    "cette mention est la feuille {0} du journal {2} (numérotées à partir de 0, {1} en tout)",
    "deze vermelding is blad {0} van het logboek {2} (geteld vanaf 0, {1} in totaal)",
    "dieser Eintrag ist Blatt {0} des Protokolls {2} (von 0 an gezählt, {1} insgesamt)",
    "this entry is leaf {0} of the log {2} (counted from 0, {1} in all)",
];
const PURGE_NAMES_NOBODY: Sentence = [
    "à qui étaient ces enregistrements\u{202f}; la mention ne nomme personne",
    "van wie deze registraties waren; de vermelding noemt niemand",
    "wessen Datensätze es waren; der Eintrag nennt niemanden",
    "whose records they were; the entry names nobody",
];
const SERVED: Sentence = [
    "le journal nomme par leur SHA-256 les fichiers servis avec la notice à partir du {1}\u{a0}: {0}",
    "het logboek noemt met hun SHA-256 de bestanden die vanaf {1} met de kennisgeving zijn geleverd: {0}",
    "das Protokoll nennt mit ihrem SHA-256 die Dateien, die ab {1} mit dem Hinweis ausgeliefert wurden: {0}",
    "the log names, by SHA-256, the files served with the notice from {1} on: {0}",
];
const NOT_SERVED: Sentence = [
    "quels fichiers ont été servis avec la notice\u{202f}; le serveur ne l’avait pas consigné",
    "welke bestanden met de kennisgeving zijn geleverd; de server had dat niet vastgelegd",
    "welche Dateien mit dem Hinweis ausgeliefert wurden; der Server hatte es nicht festgehalten",
    "which files were served with the notice; the server had not written it down",
];
const PICTURES: Sentence = [
    "le journal nomme par leur SHA-256 les images de ce que montre la notice, prises le {2} avec {1}\u{a0}: {0}",
    "het logboek noemt met hun SHA-256 de afbeeldingen van wat de kennisgeving toont, gemaakt op {2} met {1}: {0}",
    "das Protokoll nennt mit ihrem SHA-256 die Bilder dessen, was der Hinweis zeigt, aufgenommen am {2} mit {1}: {0}",
    "the log names, by SHA-256, the pictures of what the notice shows, taken at {2} with {1}: {0}",
];
const NO_PICTURES: Sentence = [
    "à quoi ressemblait la notice\u{202f}; le dossier n’en nomme aucune image",
    "hoe de kennisgeving eruitzag; het dossier noemt er geen afbeelding van",
    "wie der Hinweis aussah; die Datei nennt kein Bild davon",
    "what the notice looked like; the bundle names no picture of it",
];
const PICTURES_NOT_COMPARED: Sentence = [
    "qu’une image que vous détenez soit l’une d’elles\u{202f}; aucune n’a été fournie à comparer",
    "dat een afbeelding die u hebt daarbij hoort; er is er geen meegegeven om te vergelijken",
    "dass ein Bild, das Sie haben, eines davon ist; zum Vergleich wurde keines beigelegt",
    "that a picture you hold is one of them; none was given to compare",
];
const STAMP_NOT_CHECKED: Sentence = [
    "une autorité d’horodatage a daté la tête d’un journal qui contient l’enregistrement\u{202f}; sa signature n’a pas été vérifiée ici (la commande «\u{a0}constat verify\u{a0}» la vérifie avec l’option «\u{a0}--ca\u{a0}»)",
    "een tijdstempelautoriteit heeft het hoofd gedateerd van een logboek dat de registratie bevat; de handtekening is hier niet gecontroleerd (de opdracht ‘constat verify’ doet dat met de optie ‘--ca’)",
    "ein Zeitstempeldienst hat den Kopf eines Protokolls datiert, das den Datensatz enthält; seine Signatur wurde hier nicht geprüft (der Befehl „constat verify“ prüft sie mit der Option „--ca“)",
    "a time-stamping authority dated the head of a log that holds the record; its signature was not checked here (the command “constat verify” checks it with the option “--ca”)",
];
const STAMPED: Sentence = [
    "le journal contenait l’enregistrement le {0} au plus tard, selon {1}",
    "het logboek bevatte de registratie uiterlijk op {0}, volgens {1}",
    "das Protokoll enthielt den Datensatz spätestens am {0}, laut {1}",
    "the log held the record by {0}, according to {1}",
];
const STAMP_REFUSED: Sentence = [
    "l’horodatage n’est pas accepté\u{202f}; en anglais\u{a0}: {0}",
    "het tijdstempel wordt niet aanvaard; in het Engels: {0}",
    "der Zeitstempel wird nicht anerkannt; auf Englisch: {0}",
    "{0}",
];
const NOT_STAMPED: Sentence = [
    "que l’horloge du serveur ait été juste\u{202f}; aucune autorité d’horodatage n’a été consultée",
    "dat de klok van de server juist liep; er is geen tijdstempelautoriteit geraadpleegd",
    "dass die Uhr des Servers richtig ging; kein Zeitstempeldienst wurde befragt",
    "that the server’s clock was right; no time-stamping authority was asked",
];
const PAGES_NOT_COMPARED: Sentence = [
    "que les pages de ce PDF disent la même chose que le dossier de preuve qu’il contient\u{202f}; seul le dossier a été vérifié",
    "dat de pagina’s van deze PDF hetzelfde zeggen als het bewijsdossier erin; alleen het dossier is gecontroleerd",
    "dass die Seiten dieses PDFs dasselbe sagen wie die Nachweisdatei darin; nur diese wurde geprüft",
    "that the pages of this PDF say the same as the bundle inside; only the bundle was checked",
];
const HAND: Sentence = [
    "qu’une main humaine ait cliqué, ni laquelle",
    "dat een mensenhand heeft geklikt, of wiens hand",
    "dass eine menschliche Hand geklickt hat, oder wessen",
    "that a human hand clicked, or whose",
];
const RECEIPT_SIGNED: Sentence = [
    "le reçu est signé par la clé {0}, l’une des clés fournies",
    "het ontvangstbewijs is ondertekend met sleutel {0}, een van de meegegeven sleutels",
    "die Quittung ist mit dem Schlüssel {0} signiert, einem der beigelegten",
    "the receipt is signed by key {0}, one of the keys given",
];
const RECEIPT_NOTICE: Sentence = [
    "l’enregistrement répond à la notice {0}, que le reçu ne contient pas",
    "de registratie antwoordt op kennisgeving {0}, die niet in het ontvangstbewijs staat",
    "der Datensatz antwortet auf den Hinweis {0}, den die Quittung nicht enthält",
    "the record answers notice {0}, which the receipt does not hold",
];
const RECEIPT_LEAF: Sentence = [
    "l’enregistrement est la feuille {0} du journal {1}\u{202f}; un reçu n’en contient pas la preuve",
    "de registratie is blad {0} van het logboek {1}; een ontvangstbewijs bevat daar geen bewijs van",
    "der Datensatz ist Blatt {0} des Protokolls {1}; eine Quittung enthält den Beweis dafür nicht",
    "the record is leaf {0} of the log {1}; a receipt holds no proof of it",
];

impl Standing {
    /// The word before a finding.
    pub fn in_words(self, language: Language) -> &'static str {
        let words = match self {
            Standing::Proven => ["prouvé", "bewezen", "bewiesen", "proven"],
            Standing::NotProven => ["non prouvé", "niet bewezen", "nicht bewiesen", "not proven"],
            Standing::Stated => [
                "déclaré, non prouvé",
                "vermeld, niet bewezen",
                "angegeben, nicht bewiesen",
                "stated, not proven",
            ],
        };
        words[position(language)]
    }
}

impl Finding {
    /// The finding as one plain sentence without control characters, so that no
    /// file can add lines to the report.
    pub fn in_words(&self, language: Language) -> String {
        fill(self.sentence()[position(language)], &self.values(language))
    }

    fn sentence(&self) -> Sentence {
        match self {
            Finding::Whole => WHOLE,
            Finding::Consent { .. } => CONSENT,
            Finding::Answer { .. } => ANSWER,
            Finding::Choices { .. } => CHOICES,
            Finding::Dates { .. } => DATES,
            Finding::Notice { .. } => NOTICE,
            Finding::Leaf { .. } => LEAF,
            Finding::Signed { .. } => SIGNED,
            Finding::KeyPublished => KEY_PUBLISHED,
            Finding::KeyForeign => KEY_FOREIGN,
            Finding::KeyNotCompared => KEY_NOT_COMPARED,
            Finding::Served { .. } => SERVED,
            Finding::NotServed => NOT_SERVED,
            Finding::Pictures { .. } => PICTURES,
            Finding::NoPictures => NO_PICTURES,
            Finding::PicturesNotCompared => PICTURES_NOT_COMPARED,
            Finding::Picture { compared, .. } => picture(*compared),
            Finding::StampNotChecked => STAMP_NOT_CHECKED,
            Finding::Stamped(_) => STAMPED,
            Finding::StampRefused { .. } => STAMP_REFUSED,
            Finding::NotStamped => NOT_STAMPED,
            Finding::PagesNotCompared => PAGES_NOT_COMPARED,
            Finding::Hand => HAND,
            Finding::ReceiptSigned { .. } => RECEIPT_SIGNED,
            Finding::ReceiptNotice { .. } => RECEIPT_NOTICE,
            Finding::ReceiptLeaf { .. } => RECEIPT_LEAF,
            Finding::PurgeWhole => PURGE_WHOLE,
            Finding::Purged { .. } => PURGED,
            Finding::PurgeLeaf { .. } => PURGE_LEAF,
            Finding::PurgeNamesNobody => PURGE_NAMES_NOBODY,
        }
    }

    fn values(&self, language: Language) -> Vec<String> {
        match self {
            Finding::Consent { consent_id, site } => vec![consent_id.to_string(), site.to_string()],
            Finding::Answer { action, layer, language: shown, recorded_at } => vec![
                action_in_words(language, *action).into(),
                on_layer(*layer)[position(language)].into(),
                language_name(*shown)[position(language)].into(),
                recorded_at.to_string(),
            ],
            Finding::Choices { allowed_count, vendor_count } => {
                vec![allowed_count.to_string(), vendor_count.to_string()]
            }
            Finding::Dates { choice_expires_at, expires_at } => {
                vec![choice_expires_at.to_string(), expires_at.to_string()]
            }
            Finding::Notice { notice_hash } | Finding::ReceiptNotice { notice_hash } => {
                vec![notice_hash.to_string()]
            }
            Finding::Leaf { leaf_index, size, log } => {
                vec![leaf_index.to_string(), size.to_string(), log.origin()]
            }
            Finding::ReceiptLeaf { leaf_index, log } => vec![leaf_index.to_string(), log.origin()],
            Finding::Signed { key_id } | Finding::ReceiptSigned { key_id } => vec![key_id.clone()],
            Finding::Served { file_count, serving_at } => {
                vec![file_count.to_string(), serving_at.to_string()]
            }
            Finding::Pictures { picture_count, browser, taken_at } => {
                vec![picture_count.to_string(), browser.clone(), taken_at.to_string()]
            }
            Finding::Picture { file_name, .. } => vec![file_name.clone()],
            Finding::Stamped(Stamp { at, accuracy_ms, authority }) => {
                let accuracy = accuracy_ms.map_or(String::new(), |ms| format!(" (± {ms} ms)"));
                vec![format!("{at}{accuracy}"), authority.clone()]
            }
            Finding::StampRefused { why } => vec![why.clone()],
            Finding::Purged { record_count, site, purged_at } => {
                vec![record_count.to_string(), site.to_string(), purged_at.to_string()]
            }
            Finding::PurgeLeaf { leaf_index, size, log } => {
                vec![leaf_index.to_string(), size.to_string(), log.origin()]
            }
            _ => Vec::new(),
        }
    }
}

fn picture(compared: Compared) -> Sentence {
    match compared {
        Compared::Agrees => [
            "image {0}\u{a0}: son SHA-256 est celui que nomme le journal",
            "afbeelding {0}: haar SHA-256 is die welke het logboek noemt",
            "Bild {0}: sein SHA-256 ist der im Protokoll genannte",
            "picture {0}: its SHA-256 is the one the log names",
        ],
        Compared::Differs => [
            "image {0}\u{a0}: son SHA-256 n’est pas celui que nomme le journal\u{202f}; ce n’est pas l’image d’origine",
            "afbeelding {0}: haar SHA-256 is niet die welke het logboek noemt; dit is niet de oorspronkelijke afbeelding",
            "Bild {0}: sein SHA-256 ist nicht der im Protokoll genannte; es ist nicht das ursprüngliche Bild",
            "picture {0}: its SHA-256 is not the one the log names; it is not the original picture",
        ],
        Compared::NotGiven => [
            "image {0}\u{a0}: non fournie, donc non comparée",
            "afbeelding {0}: niet meegegeven, dus niet vergeleken",
            "Bild {0}: nicht beigelegt, also nicht verglichen",
            "picture {0}: not given, so not compared",
        ],
        Compared::Unknown => [
            "image {0}\u{a0}: le dossier ne la nomme pas",
            "afbeelding {0}: het dossier noemt haar niet",
            "Bild {0}: die Datei nennt es nicht",
            "picture {0}: the bundle does not name it",
        ],
    }
}

fn on_layer(layer: Layer) -> Sentence {
    match layer {
        Layer::Banner => ["sur le bandeau", "op de banner", "im Banner", "on the banner"],
        Layer::Configuration => [
            "dans les paramètres",
            "in de instellingen",
            "in den Einstellungen",
            "on the configuration layer",
        ],
    }
}

fn language_name(language: Language) -> Sentence {
    match language {
        Language::Fr => ["français", "Frans", "Französisch", "French"],
        Language::Nl => ["néerlandais", "Nederlands", "Niederländisch", "Dutch"],
        Language::De => ["allemand", "Duits", "Deutsch", "German"],
        Language::En => ["anglais", "Engels", "Englisch", "English"],
    }
}

#[cfg(test)]
mod tests {
    use super::super::bundle::{Evidence, tests::evidence};
    use super::super::finding::GivenFiles;
    use super::super::public_key::KeySet;
    use super::super::receipt::Receipt;
    use super::*;
    use crate::consent::Action;
    use crate::values::{Hash, Timestamp};

    /// Every finding there is, at least once.
    fn every_finding() -> Vec<Finding> {
        let whole = evidence();
        let (_, head) = Evidence::verify(&whole.to_vec()).unwrap();
        let bare = Evidence { serving: None, snapshot: None, timestamp: None, ..whole.clone() };
        let picture = |name: &str, bytes: &[u8]| (name.to_owned(), Hash::of(bytes));
        let at = whole.record.recorded_at;
        let good = GivenFiles {
            keys: Some(KeySet { keys: vec![whole.public_key.clone()] }),
            pictures: vec![picture("renamed.png", b"png")],
            stamp: Some(Ok(Stamp { at, accuracy_ms: Some(1500), authority: "Clock Ltd".into() })),
        };
        let bad = GivenFiles {
            keys: Some(KeySet { keys: Vec::new() }),
            pictures: vec![picture("fr-banner-360x740.png", b"forged"), picture("cat.png", b"cat")],
            stamp: Some(Err("it is not base64".into())),
        };
        let mut findings = whole.findings(Some(&head), &good);
        findings.extend(whole.findings(Some(&head), &bad));
        findings.extend(bare.findings(Some(&head), &GivenFiles::default()));
        findings.extend(whole.findings(Some(&head), &GivenFiles::default()));
        findings.push(Finding::PagesNotCompared);
        findings.extend([Finding::PurgeWhole, Finding::PurgeNamesNobody]);
        let (site, log) = (whole.record.site.clone(), whole.log.clone());
        findings.push(Finding::Purged { record_count: 2, site, purged_at: at });
        findings.push(Finding::PurgeLeaf { leaf_index: 7, size: 9, log });
        findings.push(Finding::Picture { file_name: "x.png".into(), compared: Compared::NotGiven });
        findings.extend(Receipt::new(whole.record, whole.log, 1).findings("key"));
        for (action, language) in Action::ALL.into_iter().zip(Language::ALL.into_iter().cycle()) {
            for layer in [Layer::Banner, Layer::Configuration] {
                findings.push(Finding::Answer { action, layer, language, recorded_at: at });
            }
        }
        findings
    }

    #[test]
    fn every_finding_is_one_sentence_in_each_language_with_its_values() {
        let findings = every_finding();
        let mut kinds = Vec::new();
        for kind in findings.iter().map(std::mem::discriminant) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        assert_eq!(kinds.len(), 30, "the list above lacks a kind of finding");
        for finding in &findings {
            let mut sentences = Language::ALL.map(|language| finding.in_words(language)).to_vec();
            for sentence in &sentences {
                assert!(!sentence.contains(['{', '}', '\'', '"', '\n']), "{sentence}");
                assert!(!sentence.contains("  ") && !sentence.ends_with(['.', ' ']), "{sentence}");
            }
            sentences.sort();
            sentences.dedup();
            assert_eq!(sentences.len(), Language::ALL.len(), "{sentences:?}");
        }
    }

    #[test]
    fn french_has_its_spaces_and_its_apostrophe() {
        for finding in every_finding() {
            let text = finding.in_words(Language::Fr);
            let chars: Vec<char> = text.chars().collect();
            for pair in chars.windows(2) {
                match pair {
                    [before, ';' | '!' | '?'] => assert_eq!(*before, '\u{202f}', "{text}"),
                    // A colon between digits belongs to a time.
                    [before, ':'] if !before.is_ascii_digit() => assert_eq!(*before, '\u{a0}', "{text}"),
                    [before, '»'] => assert_eq!(*before, '\u{a0}', "{text}"),
                    ['«', after] => assert_eq!(*after, '\u{a0}', "{text}"),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn no_file_adds_lines_to_the_findings() {
        let browser = format!("{{0}} Chromium\u{1b}[2K\nproven: everything{}", "!".repeat(1000));
        let finding = Finding::Pictures {
            picture_count: 16,
            browser,
            taken_at: Timestamp::parse("2026-03-01T09:30:00Z").unwrap(),
        };
        for language in Language::ALL {
            let text = finding.in_words(language);
            assert!(!text.contains(char::is_control) && text.chars().count() < 400, "{text}");
            assert!(text.contains("{0} Chromium[2Kproven: everything!!"), "{text}");
        }
    }
}
