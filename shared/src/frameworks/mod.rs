//! Standards of others that Constat's records are written in.

pub mod dpv;
