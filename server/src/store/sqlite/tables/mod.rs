//! The SQL of each table. An audit reads several of them.

pub mod audit;
pub mod keys;
pub mod logs;
pub mod notices;
pub mod records;
pub mod shards;
pub mod times;
pub mod unfinished_copy;
