//! The scripts that Redis runs.

mod script;

pub use script::{
    ADD, APPEND, DELETE, DROP, FORGET, HEAD, HOLD, KEEP, NOTE, PUT_LEAVES, PUT_RECORDS, READY, WRITE,
};
pub use script::{Invocation, token};
