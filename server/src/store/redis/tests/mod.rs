//! The store on Redis under test.

mod clocks;
mod console;
mod contract;
mod durability;
mod erasure;
mod faults;
mod random;
mod refusals;
mod steps;
