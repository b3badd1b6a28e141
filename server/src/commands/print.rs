//! What commands show on a terminal: the only place that prints. Text from outside (a token, a file,
//! a header) reaches the terminal with its control characters escaped.

use crate::failure::Failure;
use constat_shared::escaped;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints a line of a result on standard output. A reader who has closed the
/// pipe, because the first lines were enough, is no failure.
///
/// # Errors
/// A sentence, when the line cannot be written, as on a full disk.
pub fn print(line: impl Display) -> Result<(), Failure> {
    write_out(escaped(&line))
}

/// Prints a text of several lines; their breaks are the command's own.
///
/// # Errors
/// As [`print()`].
pub fn print_text(text: &str) -> Result<(), Failure> {
    write_out(escaped_lines(text))
}

/// Prints a line on standard error, for the person who runs the command. One
/// that cannot be written is dropped: the work goes on.
pub fn remark(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{}", escaped(&line));
}

/// Prints a warning on standard error, as [`remark`] does.
pub fn warn(line: impl Display) {
    remark(format_args!("constat: {line}"));
}

/// Prints what is wrong with a command line, in the words of its parser.
pub fn usage(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", escaped_lines(text));
}

/// The lines with which a command that failed ends.
pub fn failure(failure: &Failure) -> String {
    let lines: Vec<_> = failure.lines().iter().map(escaped).collect();
    format!("constat: {}", lines.join("\n"))
}

fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

fn write_out(text: String) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
