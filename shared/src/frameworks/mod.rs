//! Formats of other organisations in which Constat writes its records.

pub mod dpv;
