//! The one thread that writes records: it collects what has come in while the
//! last commit was on its way to the disk and hands it to the store as one
//! batch (group commit). Nobody is answered before their record is durable.

use crate::clock::ClockError;
use crate::crash;
use crate::store::{Appended, CommittedRecord, RecordStore, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot, watch};

/// How many records may wait for the store. At ten thousand a second that is
/// less than a second of waiting; more would only wait longer for a refusal.
pub const QUEUE_MAX: usize = 4096;

/// The most records of one commit.
const BATCH_MAX: usize = 1024;

/// Why a record was not stored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// The queue is full; the same request may come again later.
    #[error("too many records are waiting")]
    QueueFull,
    /// The store refused the server's clock.
    #[error(transparent)]
    Clock(ClockError),
    /// The store failed, or the server is stopping; the same request may come again.
    #[error("the record could not be stored")]
    Store,
}

/// What became of an entry, which comes back with it.
type Answer = Result<(Appended, CommittedRecord), WriteError>;

struct Job {
    entry: CommittedRecord,
    reply: oneshot::Sender<Answer>,
}

/// The way to the writing thread.
pub struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Closed when the thread has ended, also by a panic.
    ended: watch::Receiver<()>,
}

impl Writer {
    /// Starts the thread, with room for `queue_max` waiting records.
    pub fn start(store: Arc<dyn RecordStore>, queue_max: usize) -> Writer {
        let (queue, jobs) = mpsc::channel(queue_max);
        let (running, ended) = watch::channel(());
        let thread = std::thread::spawn(move || {
            let _running = running;
            write_all(&*store, jobs);
        });
        Writer { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)), ended }
    }

    /// Stores a record; returns it once it is durable. When the caller stops
    /// waiting before the thread takes the batch, the record is not stored.
    ///
    /// # Errors
    /// [`WriteError`]: the record is then not acknowledged, stored or not. The
    /// client may send the same event id again.
    pub async fn append(&self, entry: CommittedRecord) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job { entry, reply })?;
        answer.await.unwrap_or(Err(WriteError::Store))
    }

    /// Holds the sender only while it sends: one that waited with it would keep the thread running.
    fn enqueue(&self, job: Job) -> Result<(), WriteError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queue.as_ref().ok_or(WriteError::Store)?;
        queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => WriteError::Store,
        })
    }

    /// Whether records can still be written.
    pub fn is_running(&self) -> bool {
        self.ended.has_changed().is_ok()
    }

    /// Whether the queue has no room.
    pub fn is_full(&self) -> bool {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().is_some_and(|queue| queue.capacity() == 0)
    }

    /// Waits until the thread has ended. Unless it was stopped, it panicked, and
    /// no record can be stored until the process is started again: what the
    /// thread kept in memory about the logs may be wrong.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
    }

    /// Takes no more records, stores those that wait, and returns.
    pub fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A thread that panicked has nothing left to store.
        let _ = thread.map(JoinHandle::join);
    }
}

fn write_all(store: &dyn RecordStore, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Vec::with_capacity(BATCH_MAX);
    while jobs.blocking_recv_many(&mut waiting, BATCH_MAX) > 0 {
        // A visitor who has stopped waiting sends the same event id again later.
        let wanted = waiting.drain(..).filter(|job| !job.reply.is_closed());
        let (entries, replies): (Vec<_>, Vec<_>) = wanted.map(|job| (job.entry, job.reply)).unzip();
        crash::at("writer.batch_taken");
        let result = store.append(&entries);
        crash::at("writer.before_replies");
        answer(result, entries, replies);
    }
}

fn answer(
    result: Result<Vec<Appended>, StoreError>,
    entries: Vec<CommittedRecord>,
    replies: Vec<oneshot::Sender<Answer>>,
) {
    // A visitor who has left no longer waits for the answer: sending may fail.
    match result {
        Ok(results) => {
            for ((reply, appended), entry) in replies.into_iter().zip(results).zip(entries) {
                let _ = reply.send(Ok((appended, entry)));
            }
        }
        Err(error) => {
            tracing::error!(%error, record_count = replies.len(), "records were not stored");
            let why = match error {
                StoreError::Clock(refused) => WriteError::Clock(refused),
                _ => WriteError::Store,
            };
            for reply in replies {
                let _ = reply.send(Err(why.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;
    use crate::store::sqlite::{HeldFile, SqliteStore};
    use crate::store::{
        Holder, IdRange, NoticeStore, RecordFilter, RecordPage, RecordPlace, RecordStore, StoredRecord,
    };
    use constat_shared::{Action, ConsentId, EventId, PublishedNotice, SiteId, Timestamp};
    use std::future::Future;
    use std::task::{Context, Waker};

    struct Setup {
        dir: tempfile::TempDir,
        store: Arc<SqliteStore>,
        notice: PublishedNotice,
    }

    fn set_up() -> Setup {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(dir.path()).unwrap());
        let notice = contract::notice("boreale");
        store.publish(&notice, Timestamp::from_unix_ms(0)).unwrap();
        Setup { dir, store, notice }
    }

    fn record(notice: &PublishedNotice) -> CommittedRecord {
        let request = contract::request(notice, Action::RefuseAll);
        let record =
            constat_shared::Record::new(request, notice, Timestamp::from_unix_ms(1_772_000_000_000)).unwrap();
        contract::entry(&record)
    }

    #[tokio::test]
    async fn what_waits_when_the_server_stops_is_stored() {
        let Setup { dir: _dir, store, notice } = set_up();
        let writer = Writer::start(store.clone(), 64);
        let records: Vec<_> = (0..50).map(|_| record(&notice)).collect();
        let mut answers: Vec<_> =
            records.iter().map(|record| Box::pin(writer.append(record.clone()))).collect();
        for answer in &mut answers {
            // The first poll puts the record into the queue.
            let _ = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        writer.stop();
        for CommittedRecord { record, .. } in &records {
            assert_eq!(
                store.history(&notice.site, &record.consent_id).unwrap(),
                std::slice::from_ref(record)
            );
        }
        assert!(matches!(writer.append(record(&notice)).await, Err(WriteError::Store)));
        assert!(!writer.is_running());
        writer.ended().await;
    }

    /// Panics at every batch; nothing else is asked of it.
    struct Panicking;

    impl RecordStore for Panicking {
        fn append(&self, _: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError> {
            panic!("a test lets the store panic")
        }

        fn find(&self, _: &SiteId, _: &ConsentId, _: &EventId) -> Result<Option<StoredRecord>, StoreError> {
            unreachable!()
        }

        fn is_holder(&self, _: &SiteId, _: &ConsentId, _: Holder) -> Result<Option<bool>, StoreError> {
            unreachable!()
        }

        fn answered(&self, _: &SiteId) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
            unreachable!()
        }

        fn answers(&self, _: &SiteId, _: &ConsentId) -> Result<Vec<StoredRecord>, StoreError> {
            unreachable!()
        }

        fn page(
            &self,
            _: &SiteId,
            _: &RecordFilter,
            _: Option<&RecordPlace>,
            _: usize,
        ) -> Result<RecordPage, StoreError> {
            unreachable!()
        }

        fn consent_ids(&self, _: &SiteId, _: &IdRange, _: usize) -> Result<Vec<ConsentId>, StoreError> {
            unreachable!()
        }

        fn erase(
            &self,
            _: &SiteId,
            _: &ConsentId,
            _: Holder,
            _: Timestamp,
        ) -> Result<Option<u64>, StoreError> {
            unreachable!()
        }

        fn bytes_remain(&self, _: &SiteId, _: &ConsentId) -> Result<bool, StoreError> {
            unreachable!()
        }

        fn clean(&self) -> Result<bool, StoreError> {
            unreachable!()
        }

        fn expire(&self, _: Timestamp) -> Result<u64, StoreError> {
            unreachable!()
        }

        fn ping(&self) -> Result<(), StoreError> {
            unreachable!()
        }
    }

    #[tokio::test]
    async fn a_thread_that_panics_refuses_its_batch_and_is_noticed() {
        let writer = Writer::start(Arc::new(Panicking), 4);
        let notice = contract::notice("boreale");
        assert!(matches!(writer.append(record(&notice)).await, Err(WriteError::Store)));
        writer.ended().await;
        assert!(matches!(writer.append(record(&notice)).await, Err(WriteError::Store)));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_recovers() {
        let Setup { dir, store, notice } = set_up();
        // Another process holds the database, as a backup might.
        let other = HeldFile::hold(dir.path());
        let writer = Arc::new(Writer::start(store, 4));
        let attempts: Vec<_> = (0..64).map(|_| (Arc::clone(&writer), record(&notice))).collect();
        let sent = attempts
            .into_iter()
            .map(|(writer, record)| tokio::spawn(async move { writer.append(record).await }));
        let sent: Vec<_> = sent.collect();
        tokio::task::yield_now().await;
        other.release();
        let mut refused = 0;
        for answer in sent {
            match answer.await.unwrap() {
                Ok(appended) => assert!(matches!(appended, (Appended::Stored(_), _))),
                Err(error) => {
                    assert!(matches!(error, WriteError::QueueFull));
                    refused += 1;
                }
            }
        }
        assert!(refused > 0);
        assert!(matches!(writer.append(record(&notice)).await.unwrap(), (Appended::Stored(_), _)));
    }
}
