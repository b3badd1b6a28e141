//! The way of a consent: request and notice become a record, stored and signed for; its history.

pub mod accept;
pub mod carried;
pub mod credential;
pub mod history;
pub mod readiness;
pub mod search;
pub mod sought;
pub mod writer;
