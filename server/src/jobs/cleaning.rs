//! Removes the bytes of deleted records from the files once no reader prevents it.

use crate::store::RecordStore;
use std::sync::Arc;
use std::time::Duration;

/// How often the job tries; an attempt costs nothing when nothing remains.
const INTERVAL: Duration = Duration::from_secs(1);

/// Runs the job at once and then every second. Returns only when a run panicked:
/// the caller starts it again.
pub async fn run<S: RecordStore + ?Sized + 'static>(store: Arc<S>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut remained = false;
    loop {
        ticks.tick().await;
        let store = Arc::clone(&store);
        let remain = match tokio::task::spawn_blocking(move || store.clean()).await {
            Ok(Ok(remain)) => remain,
            Ok(Err(error)) => {
                // Once: the job tries every second for as long as needed.
                if !remained {
                    tracing::error!(%error, "the bytes of deleted records cannot be removed from the files");
                }
                true
            }
            Err(error) => {
                tracing::error!(%error, "the cleaning job was cut off");
                return;
            }
        };
        match (remained, remain) {
            (false, true) => tracing::info!("a file still has the bytes of deleted records; trying again"),
            (true, false) => tracing::info!("no file has the bytes of deleted records any more"),
            _ => {}
        }
        remained = remain;
    }
}
