//! Background jobs that never end in silence.

use crate::failure::Failure;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

/// The pause before a job is started again, and the longest one: each is twice the one before.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Runs a job for as long as the server runs: one that panics or returns is
/// started again after a pause, with a line in the log.
pub async fn keep_running<F>(name: &'static str, start: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    restart(name, start, PAUSE).await;
}

async fn restart<F>(name: &'static str, mut start: impl FnMut() -> F, mut pause: Duration)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let ended = run(start()).await;
        let seconds = pause.as_secs();
        tracing::error!(
            job = name,
            why = in_words(ended),
            seconds,
            "a background job ended; it is started again"
        );
        tokio::time::sleep(pause).await;
        pause = PAUSE_MAX.min(pause * 2);
    }
}

/// Runs a job so that its panic ends nothing else; it ends with the future that waits for it.
async fn run(job: impl Future<Output = ()> + Send + 'static) -> Result<(), JoinError> {
    let mut one = JoinSet::new();
    one.spawn(job);
    one.join_next().await.unwrap_or(Ok(()))
}

fn in_words(ended: Result<(), JoinError>) -> String {
    ended.err().map_or("it returned".to_owned(), |error| error.to_string())
}

/// Jobs without which the server must not go on.
#[derive(Default)]
pub struct Watched(JoinSet<&'static str>);

impl Watched {
    /// Starts a job. The name tells what is missing without it.
    pub fn spawn(&mut self, name: &'static str, job: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(async move {
            let ended = run(job).await;
            tracing::error!(job = name, why = in_words(ended), "a background job ended");
            name
        });
    }

    /// Waits until the first of them has ended, and returns why the process has to end.
    pub async fn first_end(&mut self) -> Failure {
        let name = match self.0.join_next().await {
            Some(Ok(name)) => name,
            _ => "a background job",
        };
        Failure::new(format!(
            "{name} has ended, and the server ends with it: see the lines above, and start it again. \
             Every acknowledged record is stored"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Notify;

    #[tokio::test]
    async fn a_job_that_panics_or_returns_is_started_again() {
        let (count, third) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let start = {
            let third = Arc::clone(&third);
            move || {
                let (count, third) = (Arc::clone(&count), Arc::clone(&third));
                async move {
                    match count.fetch_add(1, Ordering::SeqCst) {
                        0 => panic!("a test lets the job panic"),
                        1 => {}
                        _ => {
                            third.notify_one();
                            std::future::pending().await
                        }
                    }
                }
            }
        };
        tokio::select! {
            () = restart("a test", start, Duration::from_millis(1)) => unreachable!("it runs for ever"),
            () = third.notified() => {}
        }
    }

    #[tokio::test]
    async fn the_first_job_that_ends_is_named() {
        let mut jobs = Watched::default();
        jobs.spawn("what goes on", std::future::pending());
        jobs.spawn("what panics", async { panic!("a test lets the job panic") });
        let words = jobs.first_end().await.to_string();
        assert!(words.starts_with("what panics has ended"), "{words}");
    }
}
