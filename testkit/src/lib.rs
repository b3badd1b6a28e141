//! What the tests of several crates share. It depends on none of them.

pub mod authority;
pub mod cases;
pub mod layers;
pub mod redis;
pub mod sample_site;
