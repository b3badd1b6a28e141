//! The address of a primary, which a test can move to another.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::net::{TcpListener, TcpStream};

/// A port on 127.0.0.1 that leads to another one.
pub struct Address {
    at: SocketAddr,
    port: Arc<AtomicU16>,
}

impl Address {
    /// Leads to this port, for as long as the test runs.
    pub async fn of(port: u16) -> Address {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let at = listener.local_addr().expect("a listener has an address");
        let port = Arc::new(AtomicU16::new(port));
        let to = Arc::clone(&port);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let to = to.load(Ordering::Relaxed);
                tokio::spawn(async move {
                    // A dead server takes no connection and ends those it had.
                    if let Ok(mut to) = TcpStream::connect(("127.0.0.1", to)).await {
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        Address { at, port }
    }

    /// Leads to another port from now on.
    pub fn moves_to(&self, port: u16) {
        self.port.store(port, Ordering::Relaxed);
    }

    /// `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://{}", self.at)
    }
}
