//! Which log lines are written, and in which form.

use super::lines::{self, Line};
use super::one_line::OneLine;
use super::unread_requests::{Counter, is_of_http};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::format::Format;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. Calling it twice changes nothing.
pub fn start() {
    if !lines::open() {
        return;
    }
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| Line)
        .with_ansi(false)
        // It would print about a line that could not be written, and panic when that fails too.
        .log_internal_errors(false)
        .event_format(OneLine(Format::default().with_target(false).with_ansi(false)))
        .with_filter(filter_fn(|metadata| !is_of_http(metadata)).with_max_level_hint(LevelFilter::INFO));
    let counter = Counter.with_filter(filter_fn(is_of_http).with_max_level_hint(LevelFilter::ERROR));
    let _ = tracing_subscriber::registry().with(LevelFilter::INFO).with(lines).with(counter).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        tracing::error!(thread = thread.name().unwrap_or("unnamed"), %panic, "a thread panicked");
        if thread.name() == Some("main") {
            lines::finish();
        }
    }));
}
