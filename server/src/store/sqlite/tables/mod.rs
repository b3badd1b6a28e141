//! Reads and writes each table.

pub mod audit;
pub mod logs;
pub mod notices;
pub mod records;
pub mod shards;
