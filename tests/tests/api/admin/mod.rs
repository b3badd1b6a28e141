//! `/v1/admin/…` and `/openapi.json`, on the console's own address.

mod description;
mod house;
mod lists;
mod making;
mod people;
mod theft;
