//! The scripts that Redis runs.

mod script;

pub use script::{
    ADD, APPEND, APPEND_ENTRY, DELETE, DROP, FORGET, HEAD, HOLD, KEEP, MARK, PERSIST, PUT_LEAVES,
    PUT_RECORDS, RAISE, READY, REWRITTEN, WRITE_PENDING,
};
pub use script::{Invocation, token};
