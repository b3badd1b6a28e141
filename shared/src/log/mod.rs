//! The log: per site and calendar month (UTC) an RFC 6962 Merkle tree over
//! commitments to records, and its signed head. A very large site has several
//! of them each month.

mod commitment;
mod entry;
mod log_id;
pub mod merkle;
mod shard;
mod tree_head;

pub use commitment::CommitmentKey;
pub use entry::{ClockAccepted, Image, LogEntry, Purge, PurgeReason, Serving, Snapshot, TimestampToken};
pub use log_id::LogId;
pub use shard::{LogShards, LogShardsError, Shard, ShardError};
pub use tree_head::{CHECKPOINT_BYTES_MAX, CheckpointError, SignedCheckpoint, TreeHead};
