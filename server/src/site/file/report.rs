//! What is wrong with a file, where, and what to do about it.

use crate::failure::Failure;
use std::collections::BTreeMap;
use std::fmt;

/// One mistake in a site file or in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1, where one can be named.
    pub line: Option<usize>,
    /// The key, with the tables it is in; empty when the whole file is at fault.
    pub key: String,
    /// What is wrong, without a full stop.
    pub problem: String,
    /// What to do, without a full stop.
    pub remedy: String,
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}. {}.", self.problem, self.remedy)
    }
}

impl std::error::Error for SiteError {}

/// Every mistake in the site files, a line each, as the reason why a command failed.
pub fn all_mistakes(errors: &[SiteError]) -> Failure {
    let count = match errors.len() {
        1 => "one mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    Failure::with_lines(format!("{count} in the site files:"), errors)
}

/// Why a value is not what its key asks for; the key is the caller's to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub problem: String,
    pub remedy: String,
}

impl Fault {
    pub fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault { problem: problem.into(), remedy: remedy.into() }
    }
}

/// Collects the mistakes of one file, so that they are all reported at once.
#[derive(Debug)]
pub struct Report {
    file: String,
    lines: BTreeMap<String, usize>,
    left_out: Vec<String>,
    errors: Vec<SiteError>,
}

impl Report {
    pub fn new(file: &str) -> Report {
        Report { file: file.to_owned(), lines: BTreeMap::new(), left_out: Vec::new(), errors: Vec::new() }
    }

    /// Takes note of a key whose value could not be read, which was reported: that it is missing is no mistake more.
    pub fn leave_out(&mut self, key: &str) {
        self.left_out.push(key.to_owned());
    }

    /// Takes the line of every key of the file.
    pub fn set_lines(&mut self, lines: BTreeMap<String, usize>) {
        self.lines = lines;
    }

    /// The line of a key, or of the nearest table around it that the file has.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        let mut key = key;
        loop {
            if let Some(line) = self.lines.get(key) {
                return Some(*line);
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }

    /// Reports a mistake at a key.
    pub fn add(&mut self, key: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        let within = |key: &str, of: &str| {
            key.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if self.left_out.iter().any(|out| within(key, out) || within(out, key)) {
            return;
        }
        self.add_at(self.line_of(key), key, problem, remedy);
    }

    /// Reports a mistake at a line the caller knows better.
    pub fn add_at(
        &mut self,
        line: Option<usize>,
        key: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.errors.push(SiteError {
            file: self.file.clone(),
            line,
            key: key.to_owned(),
            problem: problem.into(),
            remedy: remedy.into(),
        });
    }

    /// The value, or nothing and a mistake reported at the key.
    pub fn take<T>(&mut self, key: &str, value: Result<T, Fault>) -> Option<T> {
        value.map_err(|fault| self.add(key, fault.problem, fault.remedy)).ok()
    }

    /// The value of a key: as the file gives it, else as it is without the
    /// file; when it is neither, the key is missing, which is reported with `remedy`.
    pub fn field<Raw, T>(
        &mut self,
        key: &str,
        given: Option<Raw>,
        otherwise: Option<T>,
        remedy: &str,
        form: impl FnOnce(Raw) -> Result<T, Fault>,
    ) -> Option<T> {
        match (given, otherwise) {
            (Some(raw), _) => self.take(key, form(raw)),
            (None, Some(value)) => Some(value),
            (None, None) => {
                self.add(key, "it is missing", remedy);
                None
            }
        }
    }

    /// The value when nothing was reported, else every mistake by line.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Vec<SiteError>> {
        debug_assert!(
            value.is_some() || !self.errors.is_empty(),
            "a value is absent and no mistake was reported"
        );
        self.errors.sort_by_key(|error| error.line);
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }
}

/// A remedy that begins with the known name nearest to a mistyped one, if one is near.
pub fn hint<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl fmt::Display,
) -> String {
    let distance = |name: &str| strsim::osa_distance(word, name);
    let nearest = known.into_iter().min_by_key(|name| distance(name));
    match nearest {
        Some(name) if distance(name) <= 1 + word.chars().count() / 4 => {
            format!("Did you mean `{name}`? {otherwise}")
        }
        _ => otherwise.to_string(),
    }
}

/// The names as a sentence lists them: `a`, `b`, `c`.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_line_key_and_remedy() {
        let mut error = SiteError {
            file: "a.toml".into(),
            line: Some(7),
            key: "lifetimes.choice_months".into(),
            problem: "it is 5".into(),
            remedy: "Write 6 to 13".into(),
        };
        assert_eq!(error.to_string(), "a.toml:7: lifetimes.choice_months: it is 5. Write 6 to 13.");
        (error.line, error.key) = (None, String::new());
        assert_eq!(error.to_string(), "a.toml: it is 5. Write 6 to 13.");
    }

    #[test]
    fn a_hint_is_given_only_for_a_near_name() {
        let known = ["google-ads", "google-analytics"];
        let near = hint("google-analitics", known, "Or not");
        assert_eq!(near, "Did you mean `google-analytics`? Or not");
        assert_eq!(hint("matomo", known, "Or not"), "Or not");
    }
}
