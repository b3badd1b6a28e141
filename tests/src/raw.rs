//! Clients that write their requests byte by byte, as no library would.

use crate::server::Server;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// How long a client waits for a server that should do something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects.
///
/// # Panics
/// When the server does not listen.
pub async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).await.expect("the server listens")
}

/// Connects a client for which the kernel keeps few bytes that it has not read.
///
/// # Panics
/// When the server does not listen.
pub async fn connect_with_small_window(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("there is a socket");
    socket.set_recv_buffer_size(4096).expect("a buffer may be small");
    let address = (Ipv4Addr::LOCALHOST, server.port()).into();
    socket.connect(address).await.expect("the server listens")
}

/// Connects and sends the beginning of something.
///
/// # Panics
/// When the server does not listen.
pub async fn begin(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(server).await;
    // The server may have ended it already.
    let _ = stream.write_all(bytes).await;
    stream
}

/// Reads until the server ends the connection; the end may come as a reset.
///
/// # Panics
/// When the server does not end it in time.
pub async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let _ = read.unwrap_or_else(|_| panic!("not ended: {}", String::from_utf8_lossy(&bytes)));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends bytes and reads until the server ends the connection.
///
/// # Panics
/// As [`rest()`].
pub async fn exchange(server: &Server, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = connect(server).await;
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let both = async {
        // The server may answer and end before it has read everything.
        let (_, _) = tokio::join!(write.write_all(bytes.as_ref()), read.read_to_end(&mut answer));
    };
    timeout(PATIENCE, both).await.expect("the server ends the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The head of a GET after which the server ends the connection.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}
