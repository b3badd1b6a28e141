//! What the benchmark is doing, on standard error: the table goes to standard output.

/// Prints what begins now.
pub fn progress(what: &str) {
    eprintln!("   {what}");
}
