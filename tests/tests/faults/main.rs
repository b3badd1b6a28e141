//! Two servers on one Redis keep every acknowledged record once (invariant 3),
//! whatever dies, stands still or is full: real processes, killed under load.

mod address;
mod failover;
mod fleet;
mod one_redis;
mod urls;
mod visitors;
