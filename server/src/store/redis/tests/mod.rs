//! The store on Redis under test.

mod contract;
mod durability;
mod faults;
mod random;
mod refusals;
mod steps;
