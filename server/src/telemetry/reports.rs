//! When the counts of what clients can cause without end are written.

use super::{refusals, unread_requests};
use std::time::Duration;

/// How long nothing is written after the lines.
const INTERVAL: Duration = Duration::from_secs(60);

/// Writes what was counted since the last time.
pub fn report() {
    unread_requests::report();
    refusals::report();
}

/// Writes the first of them at once, and then at most once a minute.
pub async fn report_each_minute() {
    loop {
        tokio::select! {
            () = unread_requests::changed() => {}
            () = refusals::changed() => {}
        }
        report();
        tokio::time::sleep(INTERVAL).await;
    }
}
