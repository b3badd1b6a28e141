//! The commands of a `console` block, as a shell would read them.

use crate::markdown::{Block, Document};

/// A line that a reader types, and what the document shows below it.
pub struct Typed {
    /// Where it is, as `FILE:LINE`.
    pub at: String,
    /// What is typed, without the prompt.
    pub line: String,
    /// The lines that follow.
    pub output: Vec<String>,
}

/// What is typed in a document, in order. `$ ` is a user's prompt, `# ` root's.
pub fn typed(document: &Document) -> Vec<Typed> {
    let blocks = document.blocks.iter().filter(|block| block.language == "console");
    blocks.flat_map(|block| typed_in(&document.path, block)).collect()
}

fn typed_in(path: &str, block: &Block) -> Vec<Typed> {
    let mut typed: Vec<Typed> = Vec::new();
    for (number, text) in block.text.lines().enumerate() {
        let command = text.strip_prefix("$ ").or_else(|| text.strip_prefix("# "));
        if let Some(line) = command {
            let at = format!("{path}:{}", block.line + 1 + number);
            typed.push(Typed { at, line: line.to_owned(), output: Vec::new() });
        } else if let Some(last) = typed.last_mut() {
            last.output.push(text.to_owned());
        }
    }
    typed
}

/// The simple commands of a line, each as its words: what `&&` and `|` join is parted.
pub fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    for word in words(line) {
        match word.as_str() {
            "&&" | "|" | ";" => commands.push(Vec::new()),
            _ => commands.last_mut().expect("there is one").push(word),
        }
    }
    commands
}

/// The words of a line; quotes hold a word together and are left out.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    let read = commands("install -d a && redis-cli SET save \"\" | grep 'a b'");
    let expected: [&[&str]; 3] =
        [&["install", "-d", "a"], &["redis-cli", "SET", "save", ""], &["grep", "a b"]];
    assert_eq!(read, expected);
}
