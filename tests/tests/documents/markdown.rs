//! A Markdown file, taken apart into what the tests look at.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The documents outside `docs/`.
const ROOT_DOCUMENTS: [&str; 5] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/// A text with the line on which it begins, from 1.
pub struct At {
    /// The line.
    pub line: usize,
    /// The text.
    pub text: String,
}

/// A fenced code block.
pub struct Block {
    /// The line of its fence.
    pub line: usize,
    /// The language behind the fence.
    pub language: String,
    /// What is in it.
    pub text: String,
}

/// A table row: the code spans and the plain text of each cell.
pub struct Row {
    /// The line.
    pub line: usize,
    /// The first header cell of its table.
    pub table: String,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Default)]
pub struct Cell {
    /// All of its text, code included.
    pub text: String,
    /// Its code spans.
    pub codes: Vec<String>,
}

/// A document.
pub struct Document {
    /// Its path in the repository.
    pub path: String,
    /// How many lines it has.
    pub line_count: usize,
    /// Its headings as text, in order.
    pub headings: Vec<String>,
    /// The anchors of its headings, as GitHub makes them.
    pub anchors: BTreeSet<String>,
    /// The targets of links and images.
    pub links: Vec<At>,
    /// Its fenced blocks.
    pub blocks: Vec<Block>,
    /// Its code spans.
    pub codes: Vec<At>,
    /// The rows of its tables, headers left out.
    pub rows: Vec<Row>,
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every document of the repository.
pub fn all() -> Vec<Document> {
    let mut paths: Vec<String> = ROOT_DOCUMENTS.map(str::to_owned).to_vec();
    collect("docs", &mut paths);
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn collect(folder: &str, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(root().join(folder)).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let path = format!("{folder}/{}", entry.file_name().to_str().expect("names are plain"));
        if entry.path().is_dir() {
            collect(&path, paths);
        } else if path.ends_with(".md") {
            paths.push(path);
        }
    }
}

/// One document, by its path in the repository.
pub fn read(path: &str) -> Document {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    parse(path, &text)
}

fn parse(path: &str, text: &str) -> Document {
    let mut reader = Reader { text, ..Reader::default() };
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        reader.take(event, range);
    }
    let Reader { headings, links, blocks, codes, rows, .. } = reader;
    let (line_count, anchors) = (text.lines().count(), anchors(&headings));
    Document { path: path.to_owned(), line_count, headings, anchors, links, blocks, codes, rows }
}

/// What has been read so far.
#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    headings: Vec<String>,
    links: Vec<At>,
    blocks: Vec<Block>,
    codes: Vec<At>,
    rows: Vec<Row>,
    in_heading: bool,
    in_block: bool,
    header: Option<String>,
    in_header: bool,
    row: Option<Row>,
}

impl Reader<'_> {
    fn line(&self, range: &Range<usize>) -> usize {
        self.text[..range.start].matches('\n').count() + 1
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        let line = self.line(&range);
        match event {
            Event::Start(tag) => self.start(tag, line),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text),
            Event::Code(code) => {
                self.codes.push(At { line, text: code.to_string() });
                if let Some(cell) = self.row.as_mut().and_then(|row| row.cells.last_mut()) {
                    cell.codes.push(code.to_string());
                }
                self.words(&code);
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let sources = html.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
                self.links.extend(sources.map(|text| At { line, text: text.to_owned() }));
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, line: usize) {
        match tag {
            Tag::Heading { .. } => {
                self.in_heading = true;
                self.headings.push(String::new());
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.in_block = true;
                self.blocks.push(Block { line, language, text: String::new() });
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push(At { line, text: dest_url.to_string() });
            }
            Tag::Table(_) => self.header = None,
            Tag::TableHead => self.in_header = true,
            Tag::TableRow => {
                let table = self.header.clone().unwrap_or_default();
                self.row = Some(Row { line, table, cells: Vec::new() });
            }
            Tag::TableCell => {
                if let Some(row) = &mut self.row {
                    row.cells.push(Cell::default());
                } else if self.in_header && self.header.is_none() {
                    self.header = Some(String::new());
                } else {
                    self.in_header = false;
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.in_heading = false,
            TagEnd::CodeBlock => self.in_block = false,
            TagEnd::TableHead => self.in_header = false,
            TagEnd::TableRow => self.rows.extend(self.row.take()),
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if self.in_block
            && let Some(block) = self.blocks.last_mut()
        {
            block.text.push_str(words);
        } else if self.in_heading
            && let Some(heading) = self.headings.last_mut()
        {
            heading.push_str(words);
        } else if self.in_header
            && let Some(header) = &mut self.header
        {
            header.push_str(words);
        } else if let Some(cell) = self.row.as_mut().and_then(|row| row.cells.last_mut()) {
            cell.text.push_str(words);
        }
    }
}

/// GitHub's anchors: lower case, spaces as hyphens, punctuation left out, a number on a repetition.
fn anchors(headings: &[String]) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for heading in headings {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let free =
            (0..).map(|number| if number == 0 { anchor.clone() } else { format!("{anchor}-{number}") });
        anchors.extend(free.into_iter().find(|name| !anchors.contains(name)));
    }
    anchors
}

/// Fails with every fault that was found, a line each.
pub fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults in the documents:\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn a_document_is_taken_apart() {
    let text = "# A `b`: c\n\n# A b c\n\n[x](y.md#z) `code`\n\n| k | |\n|---|---|\n| `--a` b | c |\n\n```toml\nid = 1\n```\n";
    let document = parse("x.md", text);
    assert_eq!(document.anchors.iter().map(String::as_str).collect::<Vec<_>>(), ["a-b-c", "a-b-c-1"]);
    assert_eq!((document.links[0].line, document.links[0].text.as_str()), (5, "y.md#z"));
    let row = &document.rows[0];
    assert_eq!((row.line, row.table.as_str(), row.cells.len()), (9, "k", 2));
    assert_eq!((row.cells[0].text.as_str(), row.cells[0].codes[0].as_str()), ("--a b", "--a"));
    let block = &document.blocks[0];
    assert_eq!((block.line, block.language.as_str(), block.text.as_str()), (11, "toml", "id = 1\n"));
}
