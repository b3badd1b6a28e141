//! A whole store: the sum of its parts.

use super::account_store::AccountStore;
use super::clock_store::ClockStore;
use super::key_store::KeyStore;
use super::log_store::LogStore;
use super::notice_store::NoticeStore;
use super::record_store::RecordStore;
use super::trail_store::TrailStore;

/// All parts of a store. This trait has no method: a function asks for the parts that it uses.
pub trait Store:
    RecordStore + NoticeStore + LogStore + KeyStore + ClockStore + AccountStore + TrailStore
{
}

impl<S> Store for S where
    S: RecordStore + NoticeStore + LogStore + KeyStore + ClockStore + AccountStore + TrailStore + ?Sized
{
}
