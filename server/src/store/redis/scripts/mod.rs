//! The scripts that Redis runs.

mod script;

pub use script::{
    ADD, APPEND, APPEND_ENTRY, DELETE, DROP, FORGET, HEAD, HOLD, KEEP, NOTE, PERSIST, PUT_LEAVES,
    PUT_RECORDS, RAISE, READY,
};
pub use script::{Invocation, token};
