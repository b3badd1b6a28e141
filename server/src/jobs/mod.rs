//! What runs by itself or for long.

pub mod copy;
pub mod publish;
pub mod retention;
pub mod snapshot;
pub mod timestamp;
