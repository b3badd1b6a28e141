//! The wire between a front and the server: it passes every byte on, and remembers what was asked.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A wire to a server of this machine, until the process ends.
pub struct Wire {
    /// Where a front connects.
    pub port: u16,
    /// What came over each connection.
    asked: Arc<Mutex<Vec<Bytes>>>,
}

type Bytes = Arc<Mutex<Vec<u8>>>;

impl Wire {
    /// Begins to pass on to a port.
    ///
    /// # Panics
    /// When no port is free.
    pub fn to(server: u16) -> Wire {
        let asked: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let of_all = Arc::clone(&asked);
        let port = listen(move |front| {
            let bytes = Bytes::default();
            of_all.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&bytes));
            if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)) {
                join(front, server, &bytes);
            }
        });
        Wire { port, asked }
    }

    /// The head of the request whose target contains a mark, when it came: its target, and its lines.
    pub fn head(&self, mark: &str) -> Option<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        asked.iter().find_map(|bytes| {
            let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
            let text = String::from_utf8_lossy(&bytes);
            let at = text.find(mark)?;
            let (start, end) = (text[..at].rfind(' ')? + 1, at + text[at..].find("\r\n\r\n")?);
            Some(text[start..end].to_owned())
        })
    }
}

/// A server that has nothing: every request is answered 404.
///
/// # Panics
/// When no port is free.
pub fn nothing() -> u16 {
    listen(|mut asking| {
        let _ = asking.read(&mut [0; 4096]);
        let _ = asking.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    })
}

fn listen(answer: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = listener.local_addr().expect("a listener has an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
    port
}

/// Passes on in both directions until both have ended.
fn join(front: TcpStream, server: TcpStream, asked: &Bytes) {
    let (Ok(mut back_from), Ok(mut back_to)) = (server.try_clone(), front.try_clone()) else { return };
    let back = thread::spawn(move || {
        let _ = std::io::copy(&mut back_from, &mut back_to);
        let _ = back_to.shutdown(Shutdown::Write);
    });
    let (mut front, mut server, mut chunk) = (front, server, [0; 16 * 1024]);
    while let Ok(count @ 1..) = front.read(&mut chunk) {
        asked.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..count]);
        if server.write_all(&chunk[..count]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
    let _ = back.join();
}
