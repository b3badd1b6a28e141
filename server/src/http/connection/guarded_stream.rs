//! A TCP stream that ends itself when its client takes too long or sends too much. It knows no HTTP: how far
//! a request has come, the application tells [`Progress`].

use super::connections::{Connections, Seat};
use super::limits::{ROUND_BYTES_MAX, limits};
use super::progress::{Phase, Progress};
use super::refusal::refusal_bytes;
use crate::telemetry::{Refusal, count};
use constat_shared::Code;
use std::io::{ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::futures::OwnedNotified;
use tokio::time::{Instant, Sleep, sleep_until};

/// What the application knows of the connection of a request.
pub struct Connection {
    /// How far it has come.
    pub progress: Progress,
    /// All connections of the process.
    pub all: Arc<Connections>,
    /// Whether only health and readiness are answered here.
    pub in_reserve: bool,
}

/// A connection of a client.
pub struct GuardedStream {
    stream: TcpStream,
    connection: Rc<Connection>,
    seat: Seat,
    timer: Pin<Box<Sleep>>,
    leave: Option<Pin<Box<OwnedNotified>>>,
    /// Whether all that was to be written so far was taken: then something else may be written.
    wrote_all: bool,
    /// Whether reading has to go on after the next answer.
    read_later: bool,
    /// Whether as much was read as a request may have.
    is_full: bool,
    /// How much was read since the application could last look at it.
    round_bytes: usize,
}

impl GuardedStream {
    /// Guards a new connection, whose requests may have `bytes_max`.
    pub fn new(stream: TcpStream, seat: Seat, all: Arc<Connections>, bytes_max: usize) -> GuardedStream {
        let now = Instant::now();
        let request_max = seat.request_max();
        let progress = Progress::new(limits(), request_max, bytes_max, now);
        GuardedStream {
            stream,
            connection: Rc::new(Connection { progress, all, in_reserve: seat.in_reserve }),
            seat,
            timer: Box::pin(sleep_until(now + request_max)),
            leave: None,
            wrote_all: true,
            read_later: false,
            is_full: false,
            round_bytes: 0,
        }
    }

    /// What the application has to know of it.
    pub fn connection(&self) -> Rc<Connection> {
        Rc::clone(&self.connection)
    }

    fn progress(&self) -> &Progress {
        &self.connection.progress
    }

    /// Whether the deadline has passed. When it has not, the task is woken then.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let Some(deadline) = self.progress().deadline() else { return false };
        if self.timer.deadline() > deadline {
            self.timer.as_mut().reset(deadline);
        }
        while self.timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return true;
            }
            // It was set for an earlier phase.
            self.timer.as_mut().reset(deadline);
        }
        false
    }

    /// Whether the connection is to end because its place is needed or the server stops. Only one is asked
    /// that waits for its client, and the one first that has waited longest: a client at a usual pace never has.
    fn has_to_leave(&mut self, context: &mut Context<'_>) -> bool {
        let is_waiting = self.progress().phase() == Phase::Waiting;
        let is_unread = self.progress().phase() == Phase::Answering && !self.wrote_all;
        if !is_waiting && !is_unread && !self.progress().is_receiving() {
            self.leave = None;
            return false;
        }
        let called = || Box::pin(Arc::clone(&self.seat.leave).notified_owned());
        if self.leave.is_none() {
            let mut earlier = called();
            let is_for_others = earlier.as_mut().poll(context).is_ready();
            self.leave = Some(if is_for_others { called() } else { earlier });
        }
        let is_called = self.leave.as_mut().is_some_and(|leave| leave.as_mut().poll(context).is_ready());
        // When the server stops, requests and answers on their way go on.
        if self.connection.all.is_ending() { is_waiting } else { is_called }
    }

    /// Ends it at once, because its place is needed.
    fn leave(&mut self) -> Poll<Result<()>> {
        if self.progress().phase() == Phase::Waiting {
            self.progress().end(Instant::now());
            // Zero bytes are the end, after which the application ends its side in order.
            return Poll::Ready(Ok(()));
        }
        count(Refusal::OverCap);
        if !self.progress().is_receiving() {
            let _ = self.stream.set_zero_linger();
        } else if self.may_say() {
            // All that the client has sent was read, so that nothing cuts the answer off.
            self.say(Code::TooManyConnections, "Send the same request again later.");
        }
        Poll::Ready(Err(ErrorKind::ConnectionAborted.into()))
    }

    /// What a client that is late gets: an answer where that can still be understood.
    fn give_up(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if !matches!(self.progress().phase(), Phase::Refused | Phase::Ended) {
            let is_slow = self.progress().is_receiving();
            count(if is_slow { Refusal::SlowRequest } else { Refusal::SlowReader });
            if is_slow && self.may_say() {
                return self.refuse(Code::RequestTimeout, "Send the whole request sooner.", context);
            }
            // What the kernel still holds for it is thrown away, too.
            let _ = self.stream.set_zero_linger();
        }
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }

    fn too_large(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        count(Refusal::TooLarge);
        if self.may_say() {
            let code = match self.progress().phase() {
                Phase::Head => Code::HeadTooLarge,
                _ => Code::BodyTooLarge,
            };
            let detail = "Send fewer bytes, also of header fields, chunk extensions and trailers.";
            return self.refuse(code, detail, context);
        }
        Poll::Ready(Err(ErrorKind::InvalidData.into()))
    }

    fn may_say(&self) -> bool {
        self.wrote_all && !self.progress().answered_early()
    }

    fn say(&self, code: Code, detail: &str) {
        // Where no room is left for it, the client has read nothing for long.
        let _ = self.stream.try_write(&refusal_bytes(code, detail));
    }

    /// Answers and ends this side; the client's side has a moment to read it.
    fn refuse(&mut self, code: Code, detail: &str, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.say(code, detail);
        self.progress().refuse(Instant::now());
        let _ = Pin::new(&mut self.stream).poll_shutdown(context);
        self.poll_refused(context)
    }

    /// Reads on, so that the kernel does not cut the answer off, until the client ends or is late.
    fn poll_refused(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        // Before the reading, which may go on for as long as the runtime lets it.
        if self.is_late(context) {
            return self.give_up(context);
        }
        let mut thrown_away = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Err(ErrorKind::ConnectionAborted.into())),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Reads at most what is left of a round; returns how much that was.
    fn read_some(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<usize>> {
        let left = ROUND_BYTES_MAX.saturating_sub(self.round_bytes).max(1).min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(left));
        let read = Pin::new(&mut self.stream).poll_read(context, &mut part);
        let count = part.filled().len();
        buffer.advance(count);
        if count == 0 {
            self.round_bytes = 0;
        } else {
            if self.progress().phase() == Phase::Waiting {
                self.leave = None;
            }
            self.round_bytes += count;
            self.progress().read(count, Instant::now());
        }
        read.map_ok(|()| count)
    }

    /// Checks the deadline where nothing is read.
    fn poll_in_time(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        match self.progress().phase() {
            Phase::Refused => self.poll_refused(context),
            _ if !self.is_late(context) => Poll::Ready(Ok(())),
            Phase::Waiting => {
                // The next read ends it in order.
                context.waker().wake_by_ref();
                Poll::Ready(Ok(()))
            }
            _ => self.give_up(context),
        }
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let phase = self.progress().phase();
        if phase == Phase::Refused {
            return self.poll_refused(context);
        }
        if self.is_late(context) {
            if phase != Phase::Waiting {
                return self.give_up(context);
            }
            // A request that came in time is taken, although this task is late.
            return match self.read_some(context, buffer) {
                Poll::Ready(Ok(count)) if count > 0 => Poll::Ready(Ok(())),
                _ => self.leave(),
            };
        }
        if !self.progress().has_room() {
            if !self.progress().is_receiving() {
                self.read_later = true;
                return Poll::Pending;
            }
            if self.is_full {
                return self.too_large(context);
            }
            // What was read may be several whole requests: the application looks first.
            self.is_full = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.is_full = false;
        if self.round_bytes >= ROUND_BYTES_MAX {
            self.round_bytes = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match self.read_some(context, buffer) {
            Poll::Pending if self.has_to_leave(context) => self.leave(),
            read => read.map_ok(drop),
        }
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        if self.progress().phase() == Phase::Refused {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote_all = matches!(written, Poll::Ready(Ok(count)) if count == bytes.len());
        match written {
            Poll::Ready(Ok(count)) => {
                self.leave = None;
                self.progress().written(count, Instant::now());
            }
            Poll::Pending => {
                if let Poll::Ready(Err(late)) = self.poll_in_time(context) {
                    return Poll::Ready(Err(late));
                }
                if self.has_to_leave(context) && self.leave().is_ready() {
                    return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
                }
            }
            Poll::Ready(Err(_)) => {}
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.progress().flushed(Instant::now());
        let read_later = self.read_later && self.progress().has_room();
        // The next read goes on, or ends it.
        if read_later || self.has_to_leave(context) {
            self.read_later = false;
            context.waker().wake_by_ref();
        }
        self.poll_in_time(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
