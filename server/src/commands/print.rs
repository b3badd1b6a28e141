//! What the commands print.

use crate::failure::Failure;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints a line on standard output. A reader who wants no more of them, and
/// has closed the pipe, is no failure.
///
/// # Errors
/// A sentence, when the line cannot be written, as on a full disk.
pub fn print(line: impl Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a line on standard error, for the person who runs the command. One
/// that cannot be written is dropped: the work goes on.
pub fn remark(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
