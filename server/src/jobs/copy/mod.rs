//! All that a store holds, copied into another one while no server runs.

pub mod compare;
pub mod console;
pub mod ends;
pub mod transfer;

#[cfg(test)]
mod console_tests;
#[cfg(test)]
mod tests;
