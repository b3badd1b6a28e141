//! Chromium's DevTools protocol over a pipe: JSON messages, each ended by a
//! zero byte. No port is opened for it, so nobody else can speak to the browser.

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The most bytes of one message: a picture of the largest window, in base64,
/// fits several times.
const MESSAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What the browser reports when the process of a page has ended.
const CRASHED: &str = "Inspector.targetCrashed";

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum DevtoolsError {
    /// The browser has closed its end of the pipe.
    #[error("Chromium ended too early")]
    Ended,
    /// The process that shows the page has crashed.
    #[error("the page crashed")]
    Crashed,
    /// The pipe failed.
    #[error("Chromium cannot be spoken to: {0}")]
    Pipe(#[from] std::io::Error),
    /// What came is no message, or longer than any should be.
    #[error("Chromium sent what is no DevTools message")]
    Malformed,
    /// The browser does not do what it was asked.
    #[error("Chromium refused {method}: {message}")]
    Refused {
        /// What it was asked.
        method: &'static str,
        /// Its words.
        message: String,
    },
}

/// A message of the browser's: the answer to a call, or an event.
#[derive(Deserialize)]
struct Message {
    id: Option<u64>,
    method: Option<String>,
    #[serde(default)]
    result: Value,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

/// The way to a browser. A call that was given up leaves it unusable.
pub struct Connection<R, W> {
    from: R,
    to: W,
    last_id: u64,
}

impl<R: AsyncBufRead + Unpin, W: AsyncWrite + Unpin> Connection<R, W> {
    /// Speaks to a browser through these two ends.
    pub fn new(from: R, to: W) -> Connection<R, W> {
        Connection { from, to, last_id: 0 }
    }

    /// Asks for something, of the browser itself or of the page of a session,
    /// and waits for the answer. Events that come meanwhile are passed over.
    ///
    /// # Errors
    /// [`DevtoolsError`]. It waits as long as it has to: the caller sets the limit.
    pub async fn call(
        &mut self,
        session: Option<&str>,
        method: &'static str,
        params: Value,
    ) -> Result<Value, DevtoolsError> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).await.map_err(ended)?;
        self.to.flush().await.map_err(ended)?;
        loop {
            let message = self.read().await?;
            if message.method.as_deref() == Some(CRASHED) {
                return Err(DevtoolsError::Crashed);
            }
            if message.id == Some(self.last_id) {
                let refused = |refusal: Refusal| DevtoolsError::Refused { method, message: refusal.message };
                return message.error.map_or(Ok(message.result), |refusal| Err(refused(refusal)));
            }
        }
    }

    /// Waits until the browser has closed its end, which it does when it ends.
    pub async fn ended(&mut self) {
        while self.read().await.is_ok() {}
    }

    async fn read(&mut self) -> Result<Message, DevtoolsError> {
        let mut bytes = Vec::new();
        (&mut self.from).take(MESSAGE_BYTES_MAX).read_until(0, &mut bytes).await?;
        if bytes.is_empty() {
            return Err(DevtoolsError::Ended);
        }
        let message = bytes.strip_suffix(&[0]).ok_or(DevtoolsError::Malformed)?;
        serde_json::from_slice(message).map_err(|_| DevtoolsError::Malformed)
    }
}

fn ended(error: std::io::Error) -> DevtoolsError {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => DevtoolsError::Ended,
        _ => DevtoolsError::Pipe(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{BufReader, DuplexStream, ReadHalf, WriteHalf, split};

    type Ours = Connection<BufReader<ReadHalf<DuplexStream>>, WriteHalf<DuplexStream>>;

    /// A connection, and the browser's end of it.
    fn connection() -> (Ours, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(64);
        let (from, to) = split(ours);
        (Connection::new(BufReader::new(from), to), theirs)
    }

    #[tokio::test]
    async fn a_call_is_one_message_that_ends_in_a_zero_byte() {
        let (mut ours, mut theirs) = connection();
        let browser = tokio::spawn(async move {
            let mut bytes = Vec::new();
            BufReader::new(&mut theirs).read_until(0, &mut bytes).await.unwrap();
            theirs.write_all(b"{\"id\":1,\"result\":{}}\0").await.unwrap();
            bytes
        });
        ours.call(Some("S"), "Page.navigate", json!({ "url": "about:blank" })).await.unwrap();
        let bytes = browser.await.unwrap();
        assert_eq!(bytes.last(), Some(&0));
        let message: Value = serde_json::from_slice(&bytes[..bytes.len() - 1]).unwrap();
        let expected = json!({ "id": 1, "method": "Page.navigate", "params": { "url": "about:blank" }, "sessionId": "S" });
        assert_eq!(message, expected);
    }

    #[tokio::test]
    async fn the_answer_is_found_among_events_and_however_it_is_cut_up() {
        let (mut ours, mut theirs) = connection();
        let sent =
            b"{\"method\":\"Page.loadEventFired\"}\0{\"id\":7,\"result\":{\"a\":0}}\0{\"id\":1,\"result\":{\"a\":1}}\0";
        let browser = tokio::spawn(async move {
            for byte in sent {
                theirs.write_all(&[*byte]).await.unwrap();
                theirs.flush().await.unwrap();
            }
            theirs
        });
        assert_eq!(ours.call(None, "Browser.getVersion", json!({})).await.unwrap(), json!({ "a": 1 }));
        browser.await.unwrap();
    }

    #[tokio::test]
    async fn whatever_is_no_answer_is_told_apart() {
        for (sent, expected) in [
            ("", "Chromium ended too early"),
            ("{\"id\":1,\"result\":{}}", "Chromium sent what is no DevTools message"),
            ("nonsense\0", "Chromium sent what is no DevTools message"),
            ("{\"method\":\"Inspector.targetCrashed\",\"sessionId\":\"S\"}\0", "the page crashed"),
            (
                "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"not found\"}}\0",
                "Chromium refused No.such: not found",
            ),
        ] {
            let (mut ours, mut theirs) = connection();
            let browser = tokio::spawn(async move {
                let mut call = Vec::new();
                BufReader::new(&mut theirs).read_until(0, &mut call).await.unwrap();
                theirs.write_all(sent.as_bytes()).await.unwrap();
            });
            let error = ours.call(None, "No.such", json!({})).await.unwrap_err();
            assert_eq!(error.to_string(), expected, "{sent}");
            browser.await.unwrap();
        }
    }
}
