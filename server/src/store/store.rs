//! A whole store: the sum of its parts.

use super::clock_store::ClockStore;
use super::key_store::KeyStore;
use super::log_store::LogStore;
use super::notice_store::NoticeStore;
use super::record_store::RecordStore;

/// All parts of a store. This trait has no method: a function asks for the parts that it uses.
pub trait Store: RecordStore + NoticeStore + LogStore + KeyStore + ClockStore {}

impl<S: RecordStore + NoticeStore + LogStore + KeyStore + ClockStore + ?Sized> Store for S {}
