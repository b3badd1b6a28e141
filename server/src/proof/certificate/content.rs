//! What a certificate says, section by section.

use super::certified::{Certified, moment};
use super::sheet::{Cell, Color, LEFT, Sheet, TOP, WIDTH};
use super::signs::{Sign, qr_code, rectangle, sign};
use super::text::Style;
use super::words::Words;
use crate::proof::timestamp::trust::stated;
use constat_shared::proof::{CheckedStep, StepResult, Verdict, Verification, action_in_words};
use constat_shared::{Evidence, Language, Layer, NoticeCategory, TextKey, TreeHead, Vendor};
use krilla::Document;
use krilla::tagging::{ListNumbering, TableHeaderScope, Tag, TagKind};
use std::num::NonZeroU16;

const INK: (u8, u8, u8) = (20, 32, 43);
const QUIET: (u8, u8, u8) = (74, 90, 104);
const ACCENT: (u8, u8, u8) = (29, 92, 138);
const HAIR: (u8, u8, u8) = (201, 210, 218);
const GOOD: (u8, u8, u8) = (27, 107, 58);
const GOOD_TINT: (u8, u8, u8) = (226, 243, 232);
const BAD: (u8, u8, u8) = (163, 35, 27);
const BAD_TINT: (u8, u8, u8) = (252, 235, 233);

const BODY: Style = Style { size: 9.5, bold: false };
const STRONG: Style = Style { size: 9.5, bold: true };
/// A hash fits on one line.
const HASH: Style = Style { size: 8.8, bold: false };
const SMALL: Style = Style { size: 8.0, bold: false };

/// Where the values of a list of facts begin.
const VALUES: f32 = 150.0;
/// Where the answers begin in the table of what was chosen.
const ANSWERS: f32 = 380.0;
/// More vendors than this have no row of their own: the certificate would not stay at two pages.
const ROWS_MAX: usize = 12;

/// The side of the QR code, and the gap before it.
const CODE: f32 = 84.0;
const CODE_GAP: f32 = 20.0;

/// A record with its checks and the texts for it.
pub struct Content<'a> {
    pub of: &'a Certified<'a>,
    pub steps: &'a [CheckedStep],
    pub words: &'static Words,
    pub language: Language,
}

fn color((red, green, blue): (u8, u8, u8)) -> Color {
    Color::new(red, green, blue)
}

fn cell(x: f32, width: f32, style: Style, ink: (u8, u8, u8), text: &str, tag: impl Into<TagKind>) -> Cell {
    Cell { x, width, style, color: color(ink), text: text.to_owned(), tag: tag.into() }
}

fn filled(text: &str, values: &[&str]) -> String {
    let numbered = values.iter().enumerate();
    numbered.fold(text.to_owned(), |text, (at, value)| text.replace(&format!("{{{at}}}"), value))
}

impl Content<'_> {
    /// Draws every page.
    pub fn draw(&self, document: &mut Document) {
        let mut sheet = Sheet::new();
        self.head(&mut sheet);
        self.verdict(&mut sheet);
        match &self.of.checked.verification {
            Ok(verification) => {
                self.answer(&mut sheet, &verification.evidence);
                self.shown(&mut sheet, &verification.evidence);
                self.chosen(&mut sheet, &verification.evidence);
                self.log(&mut sheet, verification);
            }
            Err(_) => self.unreadable(&mut sheet),
        }
        self.list(&mut sheet, self.words.checks, StepResult::Failed, Some(StepResult::Ok));
        self.list(&mut sheet, self.words.open, StepResult::NotProven, None);
        self.closing(&mut sheet);
        let foot = format!("Constat – {}", self.of.consent_id);
        sheet.draw(document, &foot, SMALL, color(QUIET));
    }

    fn moment(&self, at: constat_shared::Timestamp) -> String {
        moment(at, self.of.zone, self.language)
    }

    fn head(&self, sheet: &mut Sheet) {
        // The mark of the product, as in the console.
        let side = 13.0;
        let frame = [
            (0.0, 0.0, side, 1.6),
            (0.0, side - 1.6, side, 1.6),
            (0.0, 0.0, 1.6, side),
            (side - 1.6, 0.0, 1.6, side),
        ];
        for (x, y, width, height) in frame {
            sheet.fill(rectangle(LEFT + x, TOP + y, width, height), color(ACCENT));
        }
        sheet.stroke(sign(Sign::Check, LEFT + 3.4, TOP + 3.4, 6.2), 1.6, color(ACCENT));
        let brand = cell(side + 7.0, 120.0, Style { size: 10.5, bold: true }, ACCENT, "Constat", Tag::P);
        sheet.row(vec![brand], None);
        sheet.y += 12.0;
        let title = Style { size: 19.0, bold: true };
        self.heading(sheet, self.words.title, title, 1, INK);
        let subtitle = match self.of.checked.evidence() {
            Some(evidence) => format!("{} – {}", evidence.notice.controller.name, self.of.site),
            None => self.of.site.to_string(),
        };
        sheet.row(vec![cell(0.0, WIDTH, Style { size: 11.5, bold: false }, QUIET, &subtitle, Tag::P)], None);
        sheet.y += 12.0;
    }

    fn heading(&self, sheet: &mut Sheet, text: &str, style: Style, level: u16, ink: (u8, u8, u8)) {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        sheet.heading(text);
        sheet.row(vec![cell(0.0, WIDTH, style, ink, text, Tag::Hn(level, Some(text.to_owned())))], None);
    }

    fn section(&self, sheet: &mut Sheet, text: &str) {
        // A heading does not stand alone at the foot of a page.
        sheet.need(70.0);
        if sheet.y > TOP {
            sheet.y += 13.0;
        }
        self.heading(sheet, text, Style { size: 12.0, bold: true }, 2, ACCENT);
        sheet.fill(rectangle(LEFT, sheet.y + 1.5, WIDTH, 0.6), color(HAIR));
        sheet.y += 6.0;
    }

    /// The verdict in a box, and beside it the QR code of the verifier.
    fn verdict(&self, sheet: &mut Sheet) {
        let words = self.words;
        let failed: Vec<_> = self.steps.iter().filter(|step| step.result == StepResult::Failed).collect();
        let names: Vec<_> = failed.iter().map(|step| step.step.as_str()).collect();
        let failed: Vec<_> = failed.iter().map(|step| step.in_words(self.language).detail).collect();
        let (title, text, ink, tint, mark) = match Verdict::of(self.steps) {
            Verdict::Proven => (words.proven, words.proven_text.to_owned(), GOOD, GOOD_TINT, Sign::Check),
            Verdict::NotProven => {
                let text = filled(words.not_proven_text, &[&names.join(", ")]);
                (words.not_proven, text, BAD, BAD_TINT, Sign::Cross)
            }
        };
        let width = WIDTH - CODE - CODE_GAP;
        let big = Style { size: 16.0, bold: true };
        let inner = width - 34.0;
        let mut text_height = sheet.typesetter.paragraph(&text, BODY, inner).height();
        for text in &failed {
            text_height += 3.0 + sheet.typesetter.paragraph(text, STRONG, inner).height();
        }
        let height = (12.0 + 22.4 + 4.0 + text_height + 12.0).max(CODE);
        let top = sheet.y;
        sheet.fill(rectangle(LEFT, top, width, height), color(tint));
        sheet.fill(rectangle(LEFT, top, 3.5, height), color(ink));
        sheet.stroke(sign(mark, LEFT + 18.0, top + 17.0, 13.0), 2.6, color(ink));
        sheet.y = top + 12.0;
        sheet.row(vec![cell(40.0, inner - 22.0, big, ink, title, Tag::P)], None);
        sheet.y += 4.0;
        for text in &failed {
            sheet.row(vec![cell(18.0, inner, STRONG, ink, text, Tag::P)], None);
            sheet.y += 3.0;
        }
        sheet.row(vec![cell(18.0, inner, BODY, INK, &text, Tag::P)], None);
        let code = qr_code(self.of.verifier, LEFT + WIDTH - CODE, top, CODE);
        sheet.figure(code, color(INK), Tag::Figure(Some(filled(words.qr_alt, &[self.of.verifier]))));
        sheet.y = top + height + 4.0;
        let exported =
            filled(words.exported, &[env!("CARGO_PKG_VERSION"), &self.moment(self.of.exported_at)]);
        let caption = cell(WIDTH - CODE, CODE, SMALL, QUIET, words.qr_caption, Tag::P);
        sheet.row(vec![cell(0.0, width, SMALL, QUIET, &exported, Tag::P), caption], None);
    }

    /// Names and values, as a table of two columns.
    fn facts(&self, sheet: &mut Sheet, facts: &[(&str, String)]) {
        sheet.open(Tag::Table);
        for (name, value) in facts {
            sheet.open(Tag::TR);
            let name = cell(0.0, VALUES - 12.0, BODY, QUIET, name, Tag::TH(TableHeaderScope::Row));
            let style = if value.len() == 64 { HASH } else { BODY };
            sheet.row(vec![name, cell(VALUES, WIDTH - VALUES, style, INK, value, Tag::TD)], None);
            sheet.close();
            sheet.y += 2.0;
        }
        sheet.close();
    }

    fn answer(&self, sheet: &mut Sheet, evidence: &Evidence) {
        let words = self.words;
        let (record, notice) = (&evidence.record, &evidence.notice);
        self.section(sheet, words.answer);
        let layer = match record.layer {
            Layer::Banner => words.on_banner,
            Layer::Configuration => words.on_configuration,
        };
        let signal = |on| if on { words.signal_on } else { words.signal_off };
        let (gpc, dnt) = (signal(record.signals.gpc), signal(record.signals.dnt));
        let mut facts = vec![
            (words.action, format!("{}, {layer}", action_in_words(self.language, record.action))),
            (words.recorded_at, self.moment(record.recorded_at)),
            (words.choice_until, self.moment(record.choice_expires_at)),
            (words.proof_until, self.moment(record.expires_at)),
            (words.site, record.site.to_string()),
            (words.controller, format!("{}, {}", notice.controller.name, notice.controller.address)),
            (words.consent_id, record.consent_id.to_string()),
            (words.event_id, record.event_id.to_string()),
        ];
        facts.extend(record.previous_event_id.map(|id| (words.previous_event_id, id.to_string())));
        facts.push((words.signals, format!("Global Privacy Control {gpc}, Do Not Track {dnt}")));
        self.facts(sheet, &facts);
    }

    /// What is known of a record that cannot be read.
    fn unreadable(&self, sheet: &mut Sheet) {
        let words = self.words;
        self.section(sheet, words.answer);
        let mut facts = vec![
            (words.site, self.of.site.to_string()),
            (words.consent_id, self.of.consent_id.to_string()),
            (words.event_id, self.of.event_id.to_string()),
        ];
        facts.extend(self.of.checked.recorded_at().map(|at| (words.recorded_at, self.moment(at))));
        self.facts(sheet, &facts);
    }

    fn shown(&self, sheet: &mut Sheet, evidence: &Evidence) {
        self.section(sheet, self.words.shown);
        if let Some(view) = evidence.notice.view(self.language) {
            let top = sheet.y;
            sheet.open(Tag::BlockQuote);
            let quoted = |text: &str, style| cell(12.0, WIDTH - 12.0, style, INK, text, Tag::P);
            sheet.row(vec![quoted(view.texts.get(TextKey::Title), STRONG)], None);
            sheet.row(vec![quoted(&view.intro(), BODY)], None);
            sheet.close();
            if sheet.y > top {
                sheet.fill(rectangle(LEFT, top + 1.0, 2.0, sheet.y - top - 2.0), color(HAIR));
            }
            sheet.y += 4.0;
        }
        let file_count = evidence.serving().map_or(0, |serving| serving.files.len()).to_string();
        let picture_count = evidence.snapshot().map_or(0, |snapshot| snapshot.images.len()).to_string();
        let beside = filled(self.words.shown_files, &[&file_count, &picture_count]);
        sheet.row(vec![cell(0.0, WIDTH, BODY, QUIET, &beside, Tag::P)], None);
        sheet.y += 2.0;
        self.facts(sheet, &[(self.words.notice_hash, evidence.record.notice_hash.to_string())]);
    }

    fn chosen(&self, sheet: &mut Sheet, evidence: &Evidence) {
        let words = self.words;
        let notice = &evidence.notice;
        self.section(sheet, words.chosen);
        let is_short = notice.vendors.len() <= ROWS_MAX;
        sheet.open(Tag::Table);
        sheet.open(Tag::TR);
        let column = |x, width, text| cell(x, width, SMALL, QUIET, text, Tag::TH(TableHeaderScope::Column));
        let mut head = vec![column(0.0, 210.0, words.service)];
        head.extend(is_short.then(|| column(220.0, 150.0, words.company)));
        head.push(column(ANSWERS, WIDTH - ANSWERS, words.choice));
        sheet.row(head, None);
        sheet.close();
        for category in &notice.categories {
            self.category(sheet, evidence, category);
            let vendors: Vec<&Vendor> =
                notice.vendors.iter().filter(|vendor| vendor.category == category.id).collect();
            match is_short {
                true => self.vendors(sheet, evidence, category, &vendors),
                false => self.names(sheet, evidence, category, &vendors),
            }
        }
        sheet.close();
    }

    fn answer_in_words(&self, category: &NoticeCategory, allowed: Option<&bool>) -> &'static str {
        match allowed {
            _ if category.exempt => self.words.exempt,
            Some(true) => self.words.allowed,
            _ => self.words.refused,
        }
    }

    fn category(&self, sheet: &mut Sheet, evidence: &Evidence, category: &NoticeCategory) {
        let texts = evidence.notice.texts.get(&self.language);
        let id = category.id;
        let title = texts.map_or(id.as_str(), |texts| texts.get(TextKey::of_category(id).0));
        let is_empty = !evidence.notice.vendors.iter().any(|vendor| vendor.category == id);
        let beside = if is_empty { self.words.no_service } else { "" };
        let answer = self.answer_in_words(category, evidence.record.categories.get(&id));
        // The title of a category does not stand alone at the foot of a page.
        sheet.need(34.0);
        sheet.y += 2.0;
        sheet.fill(rectangle(LEFT, sheet.y, WIDTH, 0.4), color(HAIR));
        sheet.y += 2.0;
        sheet.open(Tag::TR);
        sheet.row(
            vec![
                cell(0.0, 210.0, STRONG, INK, title, Tag::TH(TableHeaderScope::Row)),
                cell(220.0, 150.0, BODY, QUIET, beside, Tag::TD),
                cell(ANSWERS, WIDTH - ANSWERS, STRONG, INK, answer, Tag::TD),
            ],
            None,
        );
        sheet.close();
    }

    /// A row for each vendor, with its company.
    fn vendors(
        &self,
        sheet: &mut Sheet,
        evidence: &Evidence,
        category: &NoticeCategory,
        vendors: &[&Vendor],
    ) {
        for vendor in vendors {
            let answer = self.answer_in_words(category, evidence.record.vendors.get(&vendor.id));
            sheet.open(Tag::TR);
            sheet.row(
                vec![
                    cell(12.0, 198.0, BODY, INK, &vendor.name, Tag::TH(TableHeaderScope::Row)),
                    cell(220.0, 150.0, BODY, QUIET, &vendor.company, Tag::TD),
                    cell(ANSWERS, WIDTH - ANSWERS, BODY, INK, answer, Tag::TD),
                ],
                None,
            );
            sheet.close();
        }
    }

    /// A row for each answer, with the names of all vendors that have it: many fit on a page.
    fn names(&self, sheet: &mut Sheet, evidence: &Evidence, category: &NoticeCategory, vendors: &[&Vendor]) {
        let answers = &evidence.record.vendors;
        for allowed in [true, false] {
            let of_it = vendors
                .iter()
                .filter(|vendor| answers.get(&vendor.id).copied().unwrap_or_default() == allowed);
            let names: Vec<&str> = of_it.map(|vendor| vendor.name.as_str()).collect();
            if names.is_empty() {
                continue;
            }
            let answer = self.answer_in_words(category, Some(&allowed));
            sheet.open(Tag::TR);
            sheet.row(
                vec![
                    cell(12.0, ANSWERS - 22.0, BODY, INK, &names.join(", "), Tag::TH(TableHeaderScope::Row)),
                    cell(ANSWERS, WIDTH - ANSWERS, BODY, INK, answer, Tag::TD),
                ],
                None,
            );
            sheet.close();
        }
    }

    fn log(&self, sheet: &mut Sheet, verification: &Verification) {
        let words = self.words;
        let evidence = &verification.evidence;
        self.section(sheet, words.log);
        let mut facts = vec![(words.log_name, evidence.log.origin())];
        match &verification.head {
            Some(TreeHead { size, root }) => {
                let place = [evidence.leaf_index.to_string(), size.to_string()];
                facts.push((words.leaf, filled(words.leaf_of, &[&place[0], &place[1]])));
                facts.push((words.root, root.to_string()));
                facts.push((words.key, evidence.public_key.kid.clone()));
            }
            None => facts.push((words.root, words.unsigned.to_owned())),
        }
        let stamp = evidence.timestamp().and_then(stated);
        facts.push((
            words.stamp,
            match stamp {
                Some((at, authority)) => filled(words.stamped, &[&self.moment(at), &authority]),
                None => words.not_stamped.to_owned(),
            },
        ));
        self.facts(sheet, &facts);
    }

    /// The checks with one of two results, each with its name.
    fn list(&self, sheet: &mut Sheet, title: &str, first: StepResult, second: Option<StepResult>) {
        self.section(sheet, title);
        sheet.open(Tag::L(ListNumbering::None));
        let listed = |step: &&CheckedStep| step.result == first || Some(step.result) == second;
        for step in self.steps.iter().filter(listed) {
            let said = step.in_words(self.language);
            let (mark, ink) = match step.result {
                StepResult::Ok => (Sign::Check, GOOD),
                StepResult::Failed => (Sign::Cross, BAD),
                StepResult::NotProven => (Sign::Dash, QUIET),
            };
            let style = if step.result == StepResult::Failed { STRONG } else { BODY };
            sheet.open(Tag::LI);
            let name = cell(WIDTH - 80.0, 80.0, SMALL, QUIET, said.step.as_str(), Tag::Lbl);
            let text = cell(16.0, WIDTH - 108.0, style, INK, &said.detail, Tag::LBody);
            sheet.row(vec![text, name], Some((mark, color(ink))));
            sheet.close();
            sheet.y += 2.0;
        }
        sheet.close();
    }

    fn closing(&self, sheet: &mut Sheet) {
        self.section(sheet, self.words.verify);
        let text = filled(self.words.verify_text, &[self.of.verifier]);
        sheet.row(vec![cell(0.0, WIDTH, BODY, INK, &text, Tag::P)], None);
        if sheet.typesetter.has_replaced {
            let text = filled(self.words.replaced, &["\u{fffd}"]);
            sheet.y += 4.0;
            sheet.row(vec![cell(0.0, WIDTH, SMALL, QUIET, &text, Tag::P)], None);
        }
    }
}
