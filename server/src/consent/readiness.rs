//! Whether answers can become records now.

use super::writer::Writer;
use crate::clock::Clock;
use crate::store::{ClockStore, RecordStore, StoreError};

/// Why no answer can become a record.
#[derive(Debug)]
pub enum NotReady {
    /// The thread that writes has ended; only a restart helps.
    WriterStopped,
    /// More answers wait than the queue holds.
    QueueFull,
    /// The store does not answer as it should.
    Store(StoreError),
}

/// Checks the thread that writes, its queue, the store and the clock. Blocks as long as the store does.
/// Returns a sentence about what is wrong although records are taken.
///
/// # Errors
/// [`NotReady`].
pub fn check<S: RecordStore + ClockStore + ?Sized>(
    writer: &Writer,
    store: &S,
    clock: &Clock,
) -> Result<Option<String>, NotReady> {
    if !writer.is_running() {
        return Err(NotReady::WriterStopped);
    }
    if writer.is_full() {
        return Err(NotReady::QueueFull);
    }
    store.ping().map_err(NotReady::Store)?;
    clock.learn(&store.times().map_err(NotReady::Store)?);
    clock.time().map_err(|refused| NotReady::Store(refused.into()))?;
    Ok(clock.remark())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;
    use crate::store::sqlite::{HeldFile, SqliteStore};
    use constat_shared::Action;
    use std::sync::Arc;
    use std::task::{Context, Waker};

    #[tokio::test]
    async fn a_full_queue_is_not_ready() {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(dir.path()).unwrap());
        let notice = contract::notice("boreale");
        contract::publish(&*store, &notice);
        let clock = Clock::default();
        let other = HeldFile::hold(dir.path());
        let writer = Writer::start(store.clone(), 1);
        let mut answers: Vec<_> = Vec::new();
        // The thread may take the first ones from the queue.
        while !writer.is_full() {
            let request = contract::request(&notice, Action::RefuseAll);
            let record = contract::record_of(request, &notice, crate::clock::now());
            let mut answer = Box::pin(writer.append(contract::entry(&record)));
            let _ = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            answers.push(answer);
            assert!(answers.len() < 10_000);
        }
        assert!(matches!(check(&writer, &*store, &clock), Err(NotReady::QueueFull)));
        other.release();
        for answer in answers {
            answer.await.unwrap();
        }
        check(&writer, &*store, &clock).unwrap();
    }
}
