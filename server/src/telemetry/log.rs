//! Where log lines go, and which are written.

use super::one_line::OneLine;
use super::unread_requests::{Counter, is_of_http};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::format::Format;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. Calling it twice changes nothing.
pub fn start() {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .event_format(OneLine(Format::default().with_target(false).with_ansi(false)))
        .with_filter(filter_fn(|metadata| !is_of_http(metadata)).with_max_level_hint(LevelFilter::INFO));
    let counter = Counter.with_filter(filter_fn(is_of_http).with_max_level_hint(LevelFilter::ERROR));
    let _ = tracing_subscriber::registry().with(LevelFilter::INFO).with(lines).with(counter).try_init();
}
