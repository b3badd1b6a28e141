//! Tests of the calls that HTTP and the commands make, on a real store.

mod acknowledgement;
mod links;
mod people;
mod requests;
mod sample;
mod sessions;
mod sign_in;
mod tokens;
mod trail;
