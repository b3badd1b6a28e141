//! A whole store: the sum of its parts.

use super::key_store::KeyStore;
use super::log_store::LogStore;
use super::notice_store::NoticeStore;
use super::record_store::RecordStore;

/// All parts of a store. This trait has no method: a function asks for the parts that it uses.
pub trait Store: RecordStore + NoticeStore + LogStore + KeyStore {}

impl<S: RecordStore + NoticeStore + LogStore + KeyStore + ?Sized> Store for S {}
