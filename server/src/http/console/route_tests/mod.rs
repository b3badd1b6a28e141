//! The console's table of routes as it is served: every row, asked by every role.

mod csrf;
mod house;
mod languages;
mod links;
mod matrix;
mod programs;
mod secrets;
mod shown;
