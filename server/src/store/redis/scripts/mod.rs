//! The scripts that Redis runs.

mod script;

pub use script::{
    ADD, APPEND, APPEND_ENTRY, DELETE, DROP, FORGET, HEAD, HOLD, KEEP, NOTE, PUT_LEAVES, PUT_RECORDS, READY,
};
pub use script::{Invocation, token};
