//! From the text of a TOML file to the structs of [`super::schema`], with the
//! line of every key.

use super::report::{Report, hint, list};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// The largest file that is read.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// How many mistakes of form are looked for before giving up on a file.
const FAULTS_MAX: usize = 50;

/// Reads a file, reporting every unknown key and every value of a wrong type, or the first mistake of syntax.
pub fn read<T: DeserializeOwned>(text: &str, report: &mut Report) -> Option<T> {
    if text.len() > FILE_BYTES_MAX {
        let problem = format!("the file is larger than {} KiB", FILE_BYTES_MAX / 1024);
        report.add("", problem, "Leave out what the catalogue and the default texts already give");
        return None;
    }
    let starts = LineStarts::of(text);
    let mut table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let line = error.span().map(|span| starts.line(span.start));
            report.add_at(line, "", error.message().trim_end(), "Write it as TOML asks (https://toml.io)");
            return None;
        }
    };
    let places = Places::of(table.get_ref());
    report.set_lines(places.lines(&starts));
    for _ in 0..FAULTS_MAX {
        let error = match T::deserialize(Deserializer::from(table.clone())) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_default();
        let key = places.key_at(&span);
        let (problem, mut remedy) = in_words(error.message());
        let is_of_top = |name: &&str| key.contains('.') && top_keys::<T>().iter().any(|known| known == name);
        let unknown = unknown_key(error.message());
        if let Some(name) = unknown.filter(is_of_top) {
            remedy =
                format!("`{name}` stands at the top of the file: move it before the first table. {remedy}");
        }
        report.add_at(Some(starts.line(span.start)), key, problem, remedy);
        // Without what cannot be read, the rest of the file can be looked at.
        if unknown.is_none() {
            report.leave_out(key);
        }
        if !remove(table.get_mut(), &span, unknown.is_some()) {
            return None;
        }
    }
    None
}

/// How serde's derived code begins its message about an unknown key.
const UNKNOWN_KEY: &str = "unknown field ";

/// The names between backticks in a message of serde's derived code.
fn names_in(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

/// The key that such a message says to be unknown.
fn unknown_key(message: &str) -> Option<&str> {
    message.starts_with(UNKNOWN_KEY).then(|| names_in(message).next())?
}

/// The keys at the top of a file of this kind: what is said to be known where there is a key that no file has.
fn top_keys<T: DeserializeOwned>() -> Vec<String> {
    let none = toml::from_str::<T>("\"\" = 0").err();
    none.iter().flat_map(|error| names_in(error.message()).skip(1)).map(str::to_owned).collect()
}

/// A value as serde names it, in the words of these documents.
fn in_plain_words(found: &str) -> String {
    match found {
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        _ => found
            .trim_end_matches(" as i128")
            .replacen("string ", "the text ", 1)
            .replacen("integer ", "the number ", 1)
            .replacen("floating point ", "the number ", 1)
            .replacen("boolean ", "", 1),
    }
}

/// Problem and remedy from a message of serde's derived code, which is made
/// for programmers.
fn in_words(message: &str) -> (String, String) {
    let message = message.trim_end();
    if let Some(unknown) = unknown_key(message) {
        let known: Vec<_> = names_in(message).skip(1).collect();
        let otherwise = format!("Known keys here: {}", list(known.iter().copied()));
        return (format!("unknown key `{unknown}`"), hint(unknown, known, otherwise));
    }
    match message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => {
            let remedy = match expected {
                "i64" => "Write a whole number",
                "a sequence" => "Write a list: [ ] for values, [[ ]] for tables",
                "a map" | "a table" => "Write one table, which has a name for each value",
                "a boolean" => "Write true or false",
                "a string" => "Write a text in quotes",
                other => &format!("Write {other}"),
            };
            (format!("it is {}", in_plain_words(found)), remedy.to_owned())
        }
        None => (message.to_owned(), "Write it as docs/site-file.md describes it".to_owned()),
    }
}

/// Takes out what stands exactly there, a key or else a value, wherever it is; of a list the whole, as its other items
/// would have other numbers. Returns whether it was found.
fn remove(table: &mut DeTable<'_>, span: &Range<usize>, is_key: bool) -> bool {
    let stands_there = |value: &Spanned<DeValue<'_>>| {
        let items = value.get_ref().as_array();
        value.span() == *span || items.is_some_and(|items| items.iter().any(|item| item.span() == *span))
    };
    let mut entries = table.iter();
    let found = entries.find(|(key, value)| if is_key { key.span() == *span } else { stands_there(value) });
    if let Some(name) = found.map(|(key, _)| key.get_ref().to_string()) {
        table.remove(name.as_str());
        return true;
    }
    table.iter_mut().any(|(_, value)| remove_within(value, span, is_key))
}

fn remove_within(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>, is_key: bool) -> bool {
    match value.get_mut() {
        DeValue::Table(table) => remove(table, span, is_key),
        DeValue::Array(items) => items.iter_mut().any(|item| remove_within(item, span, is_key)),
        _ => false,
    }
}

/// Where each line begins.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> LineStarts {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        LineStarts(std::iter::once(0).chain(after_breaks).collect())
    }

    /// The line, from 1, that a byte is on.
    fn line(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}

/// A key or list item of the file: `vendors.youtube.category`, `origins[0]`.
struct Place {
    path: String,
    key: Range<usize>,
    value: Range<usize>,
}

/// Every key and list item, outer before inner.
struct Places(Vec<Place>);

impl Places {
    fn of(table: &DeTable<'_>) -> Places {
        let mut places = Places(Vec::new());
        places.add_table("", table);
        places
    }

    fn add_table(&mut self, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref();
            let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            self.0.push(Place { path: path.clone(), key: key.span(), value: value.span() });
            self.add_value(&path, value.get_ref());
        }
    }

    fn add_value(&mut self, path: &str, value: &DeValue<'_>) {
        match value {
            DeValue::Table(table) => self.add_table(path, table),
            DeValue::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.add_item(path, number, item);
                }
            }
            _ => {}
        }
    }

    /// A list item has a path with its number. A table of an outermost list that
    /// has an id or a name also has a path with that, for readable errors.
    fn add_item(&mut self, list: &str, number: usize, item: &Spanned<DeValue<'_>>) {
        let outermost = !list.contains(['.', '[']);
        let table = item.get_ref().as_table().filter(|_| outermost);
        let name = table.and_then(|table| {
            let name = table.get("id").or_else(|| table.get("name"))?;
            Some((name.get_ref().as_str()?, name.span()))
        });
        let named = name.map(|(name, span)| (format!("{list}.{name}"), span));
        for (path, key) in named.into_iter().chain([(format!("{list}[{number}]"), item.span())]) {
            self.0.push(Place { path: path.clone(), key, value: item.span() });
            self.add_value(&path, item.get_ref());
        }
    }

    /// The line of each path; of two with one name, the first.
    fn lines(&self, starts: &LineStarts) -> BTreeMap<String, usize> {
        let mut lines = BTreeMap::new();
        for place in &self.0 {
            lines.entry(place.path.clone()).or_insert_with(|| starts.line(place.key.start));
        }
        lines
    }

    /// The path of the key or value that stands exactly there.
    fn key_at(&self, span: &Range<usize>) -> &str {
        let place = self.0.iter().find(|place| place.key == *span || place.value == *span);
        place.map_or("", |place| place.path.as_str())
    }
}
