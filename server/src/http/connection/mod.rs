//! What one connection may take of the server, whatever its bytes are: time, bytes, and its place among the
//! others ([decision 0050](../../../../docs/decisions/0050-limits-at-the-socket.md)).

mod budget;
mod connections;
mod guarded_stream;
mod limits;
mod listen;
mod middleware;
mod progress;
mod refusal;
mod sliced_body;

pub use connections::Connections;
pub use limits::{CONSOLE_REQUEST_BYTES_MAX, REQUEST_BYTES_MAX};
pub use listen::{Service, server};
pub use middleware::guarded;
pub use refusal::refusal;
