//! The SQL of each table. An audit reads several of them.

pub mod audit;
pub mod documents;
pub mod erased_events;
pub mod keys;
pub mod logs;
pub mod notices;
pub mod purges;
pub mod record_pages;
pub mod records;
pub mod shards;
pub mod times;
pub mod trail;
pub mod unfinished_copy;
