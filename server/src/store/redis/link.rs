//! The way to Redis: connections that are renewed when they break, and calls
//! that end by their deadline.

use super::address::Address;
use super::named::{Named, name};
use super::scripts::Invocation;
use super::trouble::{TOO_FEW, said};
use crate::store::StoreError;
use crate::store::common::unreadable;
use futures_util::future::join_all;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue};
use redis::{RedisError, RedisResult, ServerErrorKind, Value};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How long a connection may take to be made; of a call of a second, a second
/// attempt then has the same time.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(450);
/// The pause before the second attempt; it doubles, up to [`PAUSE_MAX`], and is
/// shortened by chance, so that many servers do not come back at one moment.
const PAUSE: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(250);
/// How much of the time that is left a WAIT leaves for its own answer; Redis
/// looks for what has waited long enough ten times a second.
const ANSWER_TIME: Duration = Duration::from_millis(250);
/// A connection without an answer for so long is given up even if no call does so.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

enum Target {
    One(Box<Client>),
    Cluster(Box<ClusterClient>),
}

/// One of the addresses that were given.
fn first_node(address: &Address) -> Result<&ConnectionInfo, StoreError> {
    match address {
        Address::One(info) => Ok(info),
        Address::Cluster(nodes) => {
            nodes.first().ok_or_else(|| StoreError::Engine("the address names no node".to_owned()))
        }
    }
}

/// What moves the bytes while callers wait. Empty only while it is dropped.
struct Driver(Option<Runtime>);

impl Driver {
    /// Waits on the caller's own thread, which may belong to another runtime.
    fn wait<F: Future>(&self, future: F) -> F::Output {
        struct Caller(Thread);
        impl Wake for Caller {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }
        let _entered = self.0.as_ref().map(Runtime::enter);
        let waker = Arc::new(Caller(std::thread::current())).into();
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Connections, of which each call uses one; any number of calls share one.
#[derive(Clone)]
enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
    /// To a cluster as well; every node is told that changes come this way.
    Naming(ClusterConnection<Named>),
}

/// A connection that is there or will be made, and how often one was made here.
#[derive(Default)]
struct Place {
    connection: Option<Connection>,
    number: u64,
    writes: bool,
}

/// The way to Redis.
pub struct Link {
    driver: Driver,
    target: Target,
    /// What leads to one of its nodes.
    node: ConnectionInfo,
    reading: Mutex<Place>,
    /// Apart, because a WAIT holds up all that comes behind it.
    writing: Mutex<Place>,
    min_replicas: u32,
    /// How long a call may take, all its attempts together.
    call_time: Duration,
}

impl Link {
    /// Prepares the way; nothing is connected yet. `min_replicas` confirm every
    /// change. `deadline` is that of a request, which makes two calls at most.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the address cannot be used.
    pub fn new(address: &Address, min_replicas: u32, deadline: Duration) -> Result<Link, StoreError> {
        // The one that is compiled in; another place may have said so before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Engine(error.to_string()))?;
        let target = match address {
            Address::One(info) => Target::One(Box::new(Client::open((**info).clone()).map_err(engine)?)),
            Address::Cluster(nodes) => {
                let client = ClusterClient::builder(nodes.clone()).retries(4).min_retry_wait(10);
                let client = client.max_retry_wait(100).connection_timeout(CONNECT_TIMEOUT);
                let client = client.response_timeout(RESPONSE_TIMEOUT.max(deadline)).build();
                Target::Cluster(Box::new(client.map_err(engine)?))
            }
        };
        let (reading, writing) = (Mutex::default(), Mutex::new(Place { writes: true, ..Place::default() }));
        let node = first_node(address)?.clone();
        let (driver, call_time) = (Driver(Some(runtime)), deadline / 2);
        Ok(Link { driver, target, node, reading, writing, min_replicas, call_time })
    }

    /// The way to another Redis, or one node of the cluster, with the same account.
    ///
    /// # Errors
    /// As [`Link::new`].
    pub fn beside(&self, host: &str, port: u16) -> Result<Link, StoreError> {
        let host = host.to_owned();
        let addr = match self.node.addr().clone() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure, tls_params }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        Link::new(&Address::One(Box::new(self.node.clone().set_addr(addr))), 0, self.call_time * 2)
    }

    /// Whether it is encrypted.
    pub fn has_tls(&self) -> bool {
        matches!(self.node.addr(), ConnectionAddr::TcpTls { .. })
    }

    /// Begins a call, which ends when half of a request's time is over.
    pub fn call(&self) -> Call<'_> {
        Call { link: self, deadline: Instant::now() + self.call_time }
    }

    /// Whether changes wait for replicas.
    pub fn waits(&self) -> bool {
        self.min_replicas > 0
    }

    /// Whether it leads to a cluster.
    pub fn is_cluster(&self) -> bool {
        matches!(self.target, Target::Cluster(_))
    }

    async fn connect(&self, writes: bool) -> RedisResult<Connection> {
        Ok(match &self.target {
            Target::One(client) => {
                let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT));
                let config = config.set_response_timeout(Some(RESPONSE_TIMEOUT.max(self.call_time)));
                let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
                if writes {
                    name(&mut connection).await?;
                }
                Connection::One(connection)
            }
            Target::Cluster(client) if writes => {
                Connection::Naming(client.get_async_generic_connection().await?)
            }
            Target::Cluster(client) => Connection::Cluster(client.get_async_connection().await?),
        })
    }

    async fn connection(&self, place: &Mutex<Place>) -> RedisResult<(Connection, u64)> {
        let writes = match &*lock(place) {
            Place { connection: Some(connection), number, .. } => return Ok((connection.clone(), *number)),
            Place { writes, .. } => *writes,
        };
        let connection = self.connect(writes).await?;
        let mut place = lock(place);
        place.number += 1;
        place.connection = Some(connection.clone());
        Ok((connection, place.number))
    }
}

fn lock(place: &Mutex<Place>) -> std::sync::MutexGuard<'_, Place> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One call: some commands, with one deadline for all of them.
pub struct Call<'a> {
    link: &'a Link,
    deadline: Instant,
}

impl Call<'_> {
    /// Asks one thing that may be asked twice.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when no answer came in time, or a refusal did.
    pub fn ask<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        let link = self.link;
        let once = async |mut connection: Connection| connection.ask(cmd).await;
        let (value, _) = link.driver.wait(self.attempts(&link.reading, once))?;
        redis::from_redis_value(value).map_err(unreadable)
    }

    /// Changes one thing that may be changed twice.
    ///
    /// # Errors
    /// As [`Call::ask`].
    pub fn change(&self, cmd: &Cmd) -> Result<(), StoreError> {
        let run = async |mut connection: Connection| self.confirmed(&mut connection, cmd).await;
        self.link.driver.wait(self.attempts(&self.link.writing, run)).map(drop)
    }

    /// Asks every primary of a cluster, or the one Redis; answers come with the node's name.
    ///
    /// # Errors
    /// As [`Call::ask`].
    pub fn ask_each(
        &self,
        cmd: &Cmd,
        nodes: &MultipleNodeRoutingInfo,
    ) -> Result<Vec<(String, Value)>, StoreError> {
        let link = self.link;
        let once = async |mut connection: Connection| connection.ask_each(cmd, nodes.clone()).await;
        Ok(link.driver.wait(self.attempts(&link.reading, once))?.0)
    }

    /// Runs a script that changes something, until enough replicas have the change.
    ///
    /// # Errors
    /// As [`Call::ask`]. What the script does may then have been done.
    pub fn run<T: FromRedisValue>(&self, script: &Invocation) -> Result<T, StoreError> {
        let (value, _) = self.link.driver.wait(self.run_one(script))?;
        redis::from_redis_value(value).map_err(unreadable)
    }

    /// As [`Call::run`] for several scripts at once; says of each answer
    /// whether an earlier attempt may have done what the script does.
    pub fn run_all(&self, scripts: &[Invocation]) -> Vec<Result<(Value, bool), StoreError>> {
        let runs = join_all(scripts.iter().map(|script| self.run_one(script)));
        self.link.driver.wait(runs)
    }

    async fn run_one(&self, script: &Invocation) -> Result<(Value, bool), StoreError> {
        let once = async |mut connection: Connection| self.run_once(&mut connection, script).await;
        self.attempts(&self.link.writing, once).await
    }

    async fn run_once(&self, connection: &mut Connection, script: &Invocation) -> RedisResult<Value> {
        match self.confirmed(connection, script.cmd()).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                connection.ask(&script.load()).await?;
                self.confirmed(connection, script.cmd()).await
            }
            result => result,
        }
    }

    /// Sends a change, and waits for as many replicas as are wanted.
    async fn confirmed(&self, connection: &mut Connection, cmd: &Cmd) -> RedisResult<Value> {
        let wanted = self.link.min_replicas;
        if wanted == 0 {
            return connection.ask(cmd).await;
        }
        let left = self.left().saturating_sub(ANSWER_TIME).as_millis().max(1) as u64;
        let mut wait = redis::cmd("WAIT");
        wait.arg(wanted).arg(left);
        let mut pipeline = redis::Pipeline::with_capacity(2);
        pipeline.add_command(cmd.clone()).add_command(wait);
        let mut values = connection.ask_both(&pipeline).await?.into_iter();
        let mut next = || values.next().unwrap_or_default().extract_error();
        let value = next()?;
        let have: u32 = redis::from_redis_value(next()?)?;
        if have < wanted {
            let words = format!("{have} replicas have it, {wanted} must");
            return Err(redis::make_extension_error(TOO_FEW.to_owned(), Some(words)));
        }
        Ok(value)
    }

    /// Tries until it succeeds, the deadline comes, or it makes no sense to go
    /// on. Says whether an earlier attempt may have succeeded unheard.
    async fn attempts<T>(
        &self,
        place: &Mutex<Place>,
        once: impl AsyncFn(Connection) -> RedisResult<T>,
    ) -> Result<(T, bool), StoreError> {
        let (mut pause, mut unheard) = (PAUSE, false);
        let mut last =
            format!("Redis does not answer (no answer within {} s)", self.link.call_time.as_secs_f32());
        loop {
            let used = Mutex::new(None);
            let attempt = async {
                let (connection, number) = self.link.connection(place).await?;
                *used.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
                once(connection).await
            };
            let result = tokio::time::timeout(self.left(), attempt).await;
            let used = used.into_inner().unwrap_or_else(PoisonError::into_inner);
            let error = match result {
                Ok(Ok(value)) => return Ok((value, unheard)),
                Ok(Err(error)) => Some(error),
                Err(_) => None,
            };
            unheard |= used.is_some();
            if error.as_ref().is_none_or(is_spoilt) {
                discard(place, used);
            }
            let Some(error) = error else { return Err(StoreError::Engine(last)) };
            last = said(&error);
            let rest = jitter(pause);
            if !may_pass(&error) || self.left() <= rest {
                return Err(StoreError::Engine(last));
            }
            tokio::time::sleep(rest).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// Lets go of a connection, unless another one has taken its place.
fn discard(place: &Mutex<Place>, used: Option<u64>) {
    let mut place = lock(place);
    if used == Some(place.number) {
        place.connection = None;
    }
}

/// Half to the whole of a pause.
fn jitter(pause: Duration) -> Duration {
    // Without chance, the pause is only as long as everybody else's.
    let share = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(share) / f64::from(u32::MAX))
}

/// Whether the next attempt needs another connection.
fn is_spoilt(error: &RedisError) -> bool {
    let demoted = matches!(
        error.kind(),
        ErrorKind::Server(
            ServerErrorKind::ReadOnly | ServerErrorKind::ClusterDown | ServerErrorKind::MasterDown
        )
    );
    demoted || error.is_io_error() || error.is_unrecoverable_error()
}

/// Whether it may succeed a moment later.
fn may_pass(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, BusyLoading, ClusterDown, MasterDown, Moved, ReadOnly, TryAgain};
    match error.kind() {
        ErrorKind::Server(kind) => {
            matches!(kind, Ask | BusyLoading | ClusterDown | MasterDown | Moved | ReadOnly | TryAgain)
        }
        ErrorKind::AuthenticationFailed => false,
        // A failover ends a WAIT; too few replicas may be a matter of their reconnecting.
        ErrorKind::Extension => matches!(error.code(), Some("UNBLOCKED" | "NOREPLICAS")),
        _ => error.is_io_error() || error.is_unrecoverable_error(),
    }
}

fn engine(error: RedisError) -> StoreError {
    StoreError::Engine(said(&error))
}

impl Connection {
    async fn ask(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let value = match self {
            Connection::One(connection) => connection.req_packed_command(cmd).await,
            Connection::Cluster(connection) => connection.req_packed_command(cmd).await,
            Connection::Naming(connection) => connection.req_packed_command(cmd).await,
        };
        value?.extract_error()
    }

    async fn ask_both(&mut self, pipeline: &redis::Pipeline) -> RedisResult<Vec<Value>> {
        match self {
            Connection::One(connection) => connection.req_packed_commands(pipeline, 0, 2).await,
            Connection::Cluster(connection) => connection.req_packed_commands(pipeline, 0, 2).await,
            Connection::Naming(connection) => connection.req_packed_commands(pipeline, 0, 2).await,
        }
    }

    async fn ask_each(
        &mut self,
        cmd: &Cmd,
        nodes: MultipleNodeRoutingInfo,
    ) -> RedisResult<Vec<(String, Value)>> {
        let nodes = RoutingInfo::MultiNode((nodes, None));
        let all = match self {
            Connection::One(_) => return Ok(vec![("Redis".to_owned(), self.ask(cmd).await?)]),
            Connection::Cluster(connection) => connection.route_command(cmd.clone(), nodes).await?,
            Connection::Naming(connection) => connection.route_command(cmd.clone(), nodes).await?,
        };
        Ok(redis::from_redis_value(all)?)
    }
}
