//! Time-stamps (RFC 3161): an authority signs the hash of a signed tree head
//! together with its own time. From then on nobody, the operator included, can
//! have written the log's leaves up to there later than that.

pub mod ask;
mod cms;
mod der_fields;
mod protocol;
mod token;
mod token_error;
pub mod trust;

#[cfg(test)]
mod tests;
