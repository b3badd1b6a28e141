//! Pages: what stands where, in which order it is read, and how it becomes a PDF. Nothing is cut off:
//! what does not fit goes on, line by line, on the next page.

use super::signs::{self, Sign};
use super::text::{Paragraph, Style, Typesetter};
use krilla::Document;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{Path, Point};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagGroup, TagKind, TagTree};
use std::rc::Rc;

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
/// Where the text begins and ends.
pub const LEFT: f32 = 56.0;
pub const TOP: f32 = 52.0;
pub const WIDTH: f32 = PAGE.0 - 2.0 * LEFT;
const BOTTOM: f32 = PAGE.1 - 62.0;

/// A colour.
pub type Color = rgb::Color;

/// A text in a column.
pub struct Cell {
    /// Where the column begins, from the left margin.
    pub x: f32,
    /// How wide it is.
    pub width: f32,
    pub style: Style,
    pub color: Color,
    pub text: String,
    /// What it is for a reader that does not see the page.
    pub tag: TagKind,
}

enum Ink {
    Line { of: Rc<Paragraph>, line: usize, x: f32, y: f32 },
    Filled(Path),
    Stroked(Path, f32),
}

struct Mark {
    ink: Ink,
    color: Color,
    /// The group of [`Sheet::groups`] that it belongs to; none is decoration.
    group: Option<usize>,
}

struct Group {
    tag: TagKind,
    parent: Option<usize>,
}

/// The pages so far.
pub struct Sheet {
    pub typesetter: Typesetter,
    pages: Vec<Vec<Mark>>,
    groups: Vec<Group>,
    open: Vec<usize>,
    headings: Vec<(String, usize, f32)>,
    /// How far down the page it has come.
    pub y: f32,
}

impl Sheet {
    /// One empty page.
    pub fn new() -> Sheet {
        Sheet {
            typesetter: Typesetter::new(),
            pages: vec![Vec::new()],
            groups: Vec::new(),
            open: Vec::new(),
            headings: Vec::new(),
            y: TOP,
        }
    }

    /// Puts what follows into a group, until [`Sheet::close`].
    pub fn open(&mut self, tag: impl Into<TagKind>) {
        let group = self.group(tag.into());
        self.open.push(group);
    }

    /// Ends the group that was opened last.
    pub fn close(&mut self) {
        self.open.pop();
    }

    fn group(&mut self, tag: TagKind) -> usize {
        self.groups.push(Group { tag, parent: self.open.last().copied() });
        self.groups.len() - 1
    }

    /// Begins another page when less than that is left of this one.
    pub fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    /// Names this place in the list of headings.
    pub fn heading(&mut self, text: &str) {
        self.headings.push((text.to_owned(), self.pages.len() - 1, self.y));
    }

    /// Texts beside each other, and a sign before the first line. They stay on one page if they can.
    pub fn row(&mut self, cells: Vec<Cell>, sign: Option<(Sign, Color)>) {
        let laid: Vec<_> = cells
            .into_iter()
            .map(|cell| {
                let paragraph = Rc::new(self.typesetter.paragraph(&cell.text, cell.style, cell.width));
                let group = self.group(cell.tag.clone());
                (cell, paragraph, group)
            })
            .collect();
        let height = laid.iter().map(|(_, paragraph, _)| paragraph.height()).fold(0.0, f32::max);
        self.need(height.min(BOTTOM - TOP));
        if let (Some((sign, color)), Some((_, first, _))) = (sign, laid.first()) {
            let size = first.size() * 0.82;
            let down = (first.line_height() - size) / 2.0;
            self.stroke(signs::sign(sign, LEFT, self.y + down, size), 1.5, color);
        }
        let mut next: Vec<_> = laid.iter().map(|_| 0).collect();
        loop {
            let mut lowest = self.y;
            let mut is_done = true;
            for ((cell, paragraph, group), line) in laid.iter().zip(&mut next) {
                let mut y = self.y;
                let height = paragraph.line_height();
                while *line < paragraph.line_count() {
                    if y + height > BOTTOM && y > TOP {
                        is_done = false;
                        break;
                    }
                    let ink = Ink::Line { of: Rc::clone(paragraph), line: *line, x: LEFT + cell.x, y };
                    self.put(Mark { ink, color: cell.color, group: Some(*group) });
                    (*line, y) = (*line + 1, y + height);
                }
                lowest = lowest.max(y);
            }
            self.y = lowest;
            if is_done {
                return;
            }
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    /// A filled shape, which is decoration.
    pub fn fill(&mut self, path: Option<Path>, color: Color) {
        if let Some(path) = path {
            self.put(Mark { ink: Ink::Filled(path), color, group: None });
        }
    }

    /// A filled shape that says something.
    pub fn figure(&mut self, path: Option<Path>, color: Color, tag: impl Into<TagKind>) {
        if let Some(path) = path {
            let group = self.group(tag.into());
            self.put(Mark { ink: Ink::Filled(path), color, group: Some(group) });
        }
    }

    /// The strokes of a shape, which is decoration.
    pub fn stroke(&mut self, path: Option<Path>, width: f32, color: Color) {
        if let Some(path) = path {
            self.put(Mark { ink: Ink::Stroked(path, width), color, group: None });
        }
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Draws every page with a line at its foot, and adds the order of reading and the headings.
    pub fn draw(mut self, document: &mut Document, foot: &str, style: Style, quiet: Color) {
        let count = self.pages.len();
        let mut parts: Vec<Vec<Identifier>> = self.groups.iter().map(|_| Vec::new()).collect();
        for (number, marks) in std::mem::take(&mut self.pages).into_iter().enumerate() {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).unwrap_or_default();
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for mark in &marks {
                let tag = match (mark.group, &mark.ink) {
                    (None, _) => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
                    (Some(_), Ink::Line { .. }) => ContentTag::Span(SpanTag::empty()),
                    (Some(_), _) => ContentTag::Other,
                };
                let part = surface.start_tagged(tag);
                self.draw_mark(&mut surface, mark);
                surface.end_tagged();
                if let Some(group) = mark.group {
                    parts[group].push(part);
                }
            }
            let pages = format!("{} / {count}", number + 1);
            for (text, x, width) in [(foot, LEFT, WIDTH - 40.0), (&*pages, LEFT + WIDTH - 30.0, 30.0)] {
                let paragraph = self.typesetter.paragraph(text, style, width);
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
                surface.set_fill(Some(filled(quiet)));
                self.typesetter.draw(&mut surface, &paragraph, 0, x, PAGE.1 - 40.0);
                surface.end_tagged();
            }
            surface.finish();
            page.finish();
        }
        document.set_tag_tree(tree(self.groups, parts));
        let mut outline = Outline::new();
        for (text, page, y) in self.headings {
            outline.push_child(OutlineNode::new(text, XyzDestination::new(page, Point::from_xy(0.0, y))));
        }
        document.set_outline(outline);
    }

    fn draw_mark(&mut self, surface: &mut Surface, mark: &Mark) {
        match &mark.ink {
            Ink::Line { of, line, x, y } => {
                surface.set_fill(Some(filled(mark.color)));
                surface.set_stroke(None);
                self.typesetter.draw(surface, of, *line, *x, *y);
            }
            Ink::Filled(path) => {
                surface.set_fill(Some(filled(mark.color)));
                surface.set_stroke(None);
                surface.draw_path(path);
            }
            Ink::Stroked(path, width) => {
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke {
                    paint: mark.color.into(),
                    width: *width,
                    line_cap: LineCap::Round,
                    line_join: LineJoin::Round,
                    ..Stroke::default()
                }));
                surface.draw_path(path);
            }
        }
    }
}

fn filled(color: Color) -> Fill {
    Fill { paint: color.into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// The groups as a tree. A group stands after the one that it is in.
fn tree(groups: Vec<Group>, parts: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    let mut children: Vec<Vec<TagGroup>> = groups.iter().map(|_| Vec::new()).collect();
    let mut roots = Vec::new();
    for (at, (group, parts)) in groups.into_iter().zip(parts).enumerate().rev() {
        let mut whole = TagGroup::new(group.tag);
        parts.into_iter().for_each(|part| whole.push(part));
        // They were collected from the last one on.
        std::mem::take(&mut children[at]).into_iter().rev().for_each(|child| whole.push(child));
        match group.parent {
            Some(parent) => children[parent].push(whole),
            None => roots.push(whole),
        }
    }
    roots.into_iter().rev().for_each(|root| tree.push(root));
    tree
}
