//! What commands show on a terminal: the only place that prints. Text from outside (a token, a file,
//! a header) reaches the terminal with its control characters escaped.

use crate::failure::Failure;
use constat_shared::escaped;
use std::fmt::Display;
use std::io::Write;

/// Prints one line of a result.
pub fn line(line: impl Display) {
    println!("{}", escaped(&line));
}

/// Prints a text of several lines; their breaks are the command's own.
pub fn text(text: &str) {
    let lines = text.lines().map(|line| escaped(line) + "\n");
    // A reader of only the first lines has closed the pipe: that is no failure.
    let _ = std::io::stdout().write_all(lines.collect::<String>().as_bytes());
}

/// Prints how far a long command has come.
pub fn progress(line: impl Display) {
    eprintln!("{}", escaped(&line));
}

/// Prints a warning that does not end the command.
pub fn warning(line: impl Display) {
    eprintln!("constat: {}", escaped(&line));
}

/// Prints why a command failed.
pub fn failure(failure: &Failure) {
    let lines = failure.lines().iter().map(escaped);
    eprintln!("constat: {}", lines.collect::<Vec<_>>().join("\n"));
}

/// Prints what is wrong with a command line, in the words of its parser.
pub fn usage(text: &str) {
    let lines = text.lines().map(|line| escaped(line) + "\n");
    eprint!("{}", lines.collect::<String>());
}
