//! Text as lines of glyphs: parley breaks it, in any direction of writing, and krilla draws it.

use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::fontique::Blob;
use parley::{
    Alignment, AlignmentOptions, FontContext, FontFamily, FontFamilyName, FontWeight, Layout, LayoutContext,
    LineHeight, OverflowWrap, StyleProperty,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The fonts (server/fonts/README.md), with the family by which each is asked for.
const FONTS: [&[u8]; 4] = [
    include_bytes!("../../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansHebrew-Regular.ttf"),
];
const FAMILIES: [&str; 3] = ["Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew"];

/// The height of a line, and how far down it the letters stand, in sizes of the letters: the same for every
/// script, so that columns beside each other stay level.
const LINE: f32 = 1.4;
const BASELINE: f32 = 1.08;

/// What stands for a character that no font has.
const REPLACEMENT: char = '\u{fffd}';

/// The look of a text.
#[derive(Clone, Copy)]
pub struct Style {
    /// The size of the letters, in points.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
}

/// A text in lines of a width.
pub struct Paragraph {
    text: String,
    size: f32,
    layout: Layout<()>,
}

/// Makes paragraphs, and draws their lines.
pub struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    drawn: HashMap<u64, Font>,
    /// Whether a character was replaced that no font has.
    pub has_replaced: bool,
}

impl Typesetter {
    /// One that has the fonts.
    pub fn new() -> Typesetter {
        let mut fonts = FontContext::new();
        for font in FONTS {
            fonts.collection.register_fonts(Blob::new(Arc::new(font)), None);
        }
        Typesetter { fonts, layouts: LayoutContext::new(), drawn: HashMap::new(), has_replaced: false }
    }

    /// Breaks a text into lines of that width, in points.
    pub fn paragraph(&mut self, text: &str, style: Style, width: f32) -> Paragraph {
        let text = readable(text);
        let mut paragraph = self.broken(text, style, width);
        let missing = paragraph.missing();
        if !missing.is_empty() {
            self.has_replaced = true;
            let text = &paragraph.text;
            let is_missing = |at: usize| missing.iter().any(|range| range.contains(&at));
            let shown = text.char_indices().map(|(at, char)| if is_missing(at) { REPLACEMENT } else { char });
            paragraph = self.broken(shown.collect(), style, width);
        }
        paragraph
    }

    fn broken(&mut self, text: String, style: Style, width: f32) -> Paragraph {
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &text, 1.0, false);
        let families = FAMILIES.map(|name| FontFamilyName::Named(Cow::Borrowed(name)));
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Borrowed(&families))));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LINE)));
        // Hashes and ids have no place to break at.
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        let weight = if style.bold { FontWeight::BOLD } else { FontWeight::NORMAL };
        builder.push_default(StyleProperty::FontWeight(weight));
        let mut layout = builder.build(&text);
        layout.break_all_lines(Some(width));
        // A name of any script stands at the left of its column.
        let alignment = if layout.len() > 1 { Alignment::Start } else { Alignment::Left };
        layout.align(alignment, AlignmentOptions::default());
        Paragraph { text, size: style.size, layout }
    }

    /// Draws a line of a paragraph, whose left upper corner is there.
    pub fn draw(&mut self, surface: &mut Surface, paragraph: &Paragraph, line: usize, x: f32, y: f32) {
        let Some(line) = paragraph.layout.get(line) else { return };
        let metrics = line.metrics();
        let baseline = y + BASELINE * paragraph.size;
        let mut x = x + metrics.offset + metrics.inline_min_coord;
        for run in line.runs() {
            let size = run.font_size();
            let mut glyphs: Vec<KrillaGlyph> = Vec::new();
            let start = x;
            for cluster in run.visual_clusters() {
                if cluster.is_ligature_continuation() {
                    if let Some(glyph) = glyphs.last_mut() {
                        let range = cluster.text_range();
                        glyph.text_range.start = glyph.text_range.start.min(range.start);
                        glyph.text_range.end = glyph.text_range.end.max(range.end);
                    }
                    continue;
                }
                for glyph in cluster.glyphs() {
                    glyphs.push(KrillaGlyph::new(
                        GlyphId::new(glyph.id),
                        glyph.advance / size,
                        glyph.x / size,
                        glyph.y / size,
                        0.0,
                        cluster.text_range(),
                        None,
                    ));
                    x += glyph.advance;
                }
            }
            let (data, id) = run.font().data.clone().into_raw_parts();
            let index = run.font().index;
            let known = self.drawn.get(&id).cloned();
            let Some(font) = known.or_else(|| Font::new(data.into(), index)) else { continue };
            self.drawn.insert(id, font.clone());
            if !glyphs.is_empty() {
                surface.draw_glyphs(
                    Point::from_xy(start, baseline),
                    &glyphs,
                    font,
                    &paragraph.text,
                    size,
                    false,
                );
            }
        }
    }
}

impl Paragraph {
    /// How many lines it has.
    pub fn line_count(&self) -> usize {
        self.layout.len()
    }

    /// The height of a line, in points.
    pub fn line_height(&self) -> f32 {
        LINE * self.size
    }

    /// The height of all lines.
    pub fn height(&self) -> f32 {
        self.line_height() * self.line_count() as f32
    }

    /// The size of the letters.
    pub fn size(&self) -> f32 {
        self.size
    }

    /// Where the text has characters that no font has.
    fn missing(&self) -> Vec<std::ops::Range<usize>> {
        let lines = self.layout.lines();
        let clusters = lines.flat_map(|line| {
            let runs = line.runs().collect::<Vec<_>>();
            runs.into_iter().flat_map(|run| {
                let own = run
                    .clusters()
                    .map(|cluster| (cluster.text_range(), cluster.glyphs().any(|glyph| glyph.id == 0)));
                own.collect::<Vec<_>>()
            })
        });
        clusters.filter(|(_, is_missing)| *is_missing).map(|(range, _)| range).collect()
    }
}

/// A text without what would be no letter on paper: line breaks and control characters become spaces;
/// the marks that set the direction of writing (Unicode, annex 9), with which a text can be shown in
/// another order than it has, and those without a glyph are left out.
fn readable(text: &str) -> String {
    let shown = text.chars().filter(|char| {
        let direction = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
        !direction && !matches!(char, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    });
    shown
        .map(|char| if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') { ' ' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_of_the_fonts_has_its_letters_and_no_other_character_is_lost_unsaid() {
        let style = Style { size: 10.0, bold: false };
        let mut typesetter = Typesetter::new();
        for text in
            ["Ça œuvre, ß – Łódź", "Ελληνικά", "Кириллица Ђ", "العربية لا", "עִבְרִית", "<b>&amp;</b> \u{202e}x"]
        {
            for bold in [false, true] {
                let paragraph = typesetter.paragraph(text, Style { bold, ..style }, 200.0);
                assert!(!typesetter.has_replaced, "{text}");
                assert!(!paragraph.text.contains(['\u{202e}', REPLACEMENT]));
            }
        }
        let paragraph = typesetter.paragraph("名 name 😀", style, 200.0);
        assert!(typesetter.has_replaced);
        assert_eq!(paragraph.text, "\u{fffd} name \u{fffd}");
    }

    #[test]
    fn a_word_that_is_too_long_for_its_column_is_broken() {
        let mut typesetter = Typesetter::new();
        let paragraph = typesetter.paragraph(&"0".repeat(300), Style { size: 10.0, bold: false }, 100.0);
        assert!(paragraph.line_count() > 10);
        assert!(paragraph.layout.width() <= 100.5, "{}", paragraph.layout.width());
    }
}
