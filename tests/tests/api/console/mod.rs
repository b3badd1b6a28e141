//! The console over real sockets, as browsers without scripts use it.

mod changed_records;
mod exports;
mod fleet;
mod headers;
mod language;
mod links;
mod names;
mod people;
mod records;
mod second_factor;
mod sessions;
mod shown;
mod sign_in;
mod throttle;
mod trail;
mod ways;
mod work;
