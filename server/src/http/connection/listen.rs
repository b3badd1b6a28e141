//! A server of guarded connections, in place of `actix_web::HttpServer`, which takes no stream but its own.

use super::budget::budget;
use super::connections::Connections;
use super::guarded_stream::GuardedStream;
use super::limits::{UNSENT_BYTES_MAX, limits};
use crate::failure::{Failure, fail};
use crate::telemetry::{Refusal, count};
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server};
use std::fmt::Debug;
use std::future::ready;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long requests on their way may take when the server stops.
const STOP_S: u64 = 10;

/// A server that listens, and its connections.
pub struct Service {
    builder: actix_server::ServerBuilder,
    connections: Arc<Connections>,
}

/// A server with a thread for each core, and as many connections as the process has descriptors for.
///
/// # Errors
/// A sentence, when there are too few.
pub fn server() -> Result<Service, Failure> {
    let workers = std::thread::available_parallelism().map_or(2, NonZero::get);
    let budget = budget(workers)?;
    // The acceptor stops at this number, so that the last descriptors are never taken.
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(budget.total.div_ceil(workers))
        .shutdown_timeout(STOP_S)
        .disable_signals();
    Ok(Service { builder, connections: budget.connections })
}

impl Service {
    /// Serves an application on a listener, where a request may have `bytes_max` with all that frames it.
    ///
    /// # Errors
    /// A sentence, when the listener cannot be used.
    pub fn listen<F, I, S, B>(
        mut self,
        name: &str,
        listener: TcpListener,
        bytes_max: usize,
        app: F,
    ) -> Result<Service, Failure>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error> + 'static,
        S::InitError: Debug,
        S::Response: Into<Response<B>> + 'static,
        B: MessageBody + 'static,
    {
        let failed = |error| fail("the server did not start")(error);
        prepare(&listener).map_err(failed)?;
        let connections = Arc::clone(&self.connections);
        let service = move || {
            let connections = Arc::clone(&connections);
            let app = app().into_factory().map_err(|error| error.into().error_response());
            // Time is limited by the stream, so that there is one deadline for all of a request.
            let http = HttpService::build()
                .keep_alive(KeepAlive::Os)
                .client_request_timeout(Duration::ZERO)
                .client_disconnect_timeout(limits().closing)
                .on_connect_ext(|stream: &GuardedStream, data| drop(data.insert(stream.connection())))
                .h1(map_config(app, |_| AppConfig::default()));
            fn_service(move |stream: TcpStream| ready(enter(stream, &connections, bytes_max))).and_then(http)
        };
        self.builder = self.builder.listen(name, listener, service).map_err(failed)?;
        Ok(self)
    }

    /// Starts it.
    pub fn run(self) -> (Server, Arc<Connections>) {
        (self.builder.run(), self.connections)
    }
}

/// What the connections of a listener inherit from it.
fn prepare(listener: &TcpListener) -> std::io::Result<()> {
    let socket = socket2::SockRef::from(listener);
    // An answer goes out in several writes. The end of one would wait until the client has confirmed what came
    // before, which it delays by 40 milliseconds.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_notsent_lowat(UNSENT_BYTES_MAX)
}

/// Gives a connection its place, or closes it.
fn enter(
    stream: TcpStream,
    connections: &Arc<Connections>,
    bytes_max: usize,
) -> Result<(GuardedStream, Option<std::net::SocketAddr>), DispatchError> {
    let peer = stream.peer_addr().ok();
    let Some(seat) = connections.enter() else {
        count(Refusal::OverReserve);
        return Err(DispatchError::Io(ErrorKind::ConnectionRefused.into()));
    };
    Ok((GuardedStream::new(stream, seat, Arc::clone(connections), bytes_max), peer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn the_end_of_an_answer_does_not_wait_for_the_client_to_confirm_its_beginning() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        prepare(&listener).unwrap();
        let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (connection, _) = listener.accept().unwrap();
        assert!(connection.nodelay().unwrap());
    }
}
