//! All that a store holds, copied into another one while no server runs.

pub mod compare;
pub mod ends;
pub mod transfer;

#[cfg(test)]
mod tests;
