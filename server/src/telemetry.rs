//! Log lines, on standard error. None of them names a visitor (invariant 5).

/// Starts logging. Calling it twice changes nothing.
pub fn start() {
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .try_init();
}
