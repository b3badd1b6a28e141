//! Requests that cannot be read. The HTTP library reports each of them as an error, and any program can
//! send them without end: they are counted, and a line a minute has the count.

use super::refusals::{Refusal, count};
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// The most characters of a reason in a line.
const REASON_CHARS_MAX: usize = 120;

static UNREAD: Mutex<Unread> = Mutex::new(Unread { count: 0, newest: String::new() });
static CHANGED: Notify = Notify::const_new();

/// What came since the last line.
struct Unread {
    count: u64,
    newest: String,
}

/// Whether an event is of the HTTP library, which any client can cause.
pub fn is_of_http(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("actix_http") || is_of_acceptor(metadata)
}

/// Whether an event is a connection that could not be accepted.
fn is_of_acceptor(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "actix_server::accept" && *metadata.level() == Level::ERROR
}

/// Counts the events that it gets.
pub struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if is_of_acceptor(event.metadata()) {
            return count(Refusal::NotAccepted);
        }
        let mut reason = Reason(String::new());
        event.record(&mut reason);
        let mut unread = UNREAD.lock().unwrap_or_else(PoisonError::into_inner);
        unread.count += 1;
        unread.newest = reason.0;
        drop(unread);
        CHANGED.notify_one();
    }
}

/// The message of an event.
struct Reason(String);

impl Visit for Reason {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}").chars().take(REASON_CHARS_MAX).collect();
        }
    }
}

/// Writes how many requests were not read since the last line, if there were any.
pub fn report() {
    let nothing = Unread { count: 0, newest: String::new() };
    let unread = std::mem::replace(&mut *UNREAD.lock().unwrap_or_else(PoisonError::into_inner), nothing);
    if unread.count > 0 {
        tracing::warn!(count = unread.count, newest = %unread.newest, "requests could not be read");
    }
}

/// Waits until there is something to report.
pub async fn changed() {
    CHANGED.notified().await;
}
