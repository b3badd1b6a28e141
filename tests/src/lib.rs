//! What the tests share: a running server, sites to serve, and requests.

pub mod api;
pub mod browser;
pub mod consent;
pub mod console;
pub mod fronts;
pub mod moments;
pub mod page_answer;
pub mod pages;
pub mod programs;
pub mod raw;
pub mod receipts;
pub mod routes;
pub mod server;
pub mod set_clock;
pub mod setups;
pub mod sites;
