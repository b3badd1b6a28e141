//! Calls to Redis, which end by their deadline, over connections that are
//! replaced when they break.

use super::address::Address;
use super::driver::Driver;
use super::error_text::{TOO_FEW, describe};
use super::node::{Connection, Target, first_node};
use super::retry::{PAUSE, PAUSE_MAX, jitter, may_succeed_later, needs_new_connection};
use crate::store::StoreError;
use crate::store::error::unreadable;
use crate::store::redis::scripts::Invocation;
use futures_util::future::join_all;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use redis::{
    Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue, RedisResult, ServerErrorKind, Value,
};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time that remains for the answer of a WAIT. Redis checks only ten times a
/// second which WAIT has timed out.
const ANSWER_TIME: Duration = Duration::from_millis(250);

/// A connection, unless none is open, and the number of connections opened so far.
#[derive(Default)]
struct Channel {
    connection: Option<Connection>,
    number: u64,
    writes: bool,
}

/// Two connections to Redis, for reads and for changes.
pub struct Link {
    driver: Driver,
    target: Target,
    /// How to connect to one of its nodes.
    node: ConnectionInfo,
    reading: Mutex<Channel>,
    /// Separate, because a WAIT delays every command after it.
    writing: Mutex<Channel>,
    min_replicas: u32,
    /// The longest time of a call with all its attempts.
    call_time: Duration,
}

impl Link {
    /// Prepares the connections; none is open yet. `min_replicas` have to confirm
    /// every change. `deadline` is the longest time of a request, which makes at
    /// most two calls.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the address cannot be used.
    pub fn new(address: &Address, min_replicas: u32, deadline: Duration) -> Result<Link, StoreError> {
        // Fails when another part of the program has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (reading, writing) =
            (Mutex::default(), Mutex::new(Channel { writes: true, ..Channel::default() }));
        let target = Target::new(address, deadline)?;
        let node = first_node(address)?.clone();
        let (driver, call_time) = (Driver::start()?, deadline / 2);
        Ok(Link { driver, target, node, reading, writing, min_replicas, call_time })
    }

    /// A link to another Redis, or to one node of the cluster, with the same account.
    ///
    /// # Errors
    /// As [`Link::new`].
    pub fn link_to(&self, host: &str, port: u16) -> Result<Link, StoreError> {
        let host = host.to_owned();
        let addr = match self.node.addr().clone() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure, tls_params }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        Link::new(&Address::One(Box::new(self.node.clone().set_addr(addr))), 0, self.call_time * 2)
    }

    /// Whether the connections use TLS.
    pub fn has_tls(&self) -> bool {
        matches!(self.node.addr(), ConnectionAddr::TcpTls { .. })
    }

    /// Begins a call, which may take half of a request's time.
    pub fn call(&self) -> Call<'_> {
        Call { link: self, deadline: Instant::now() + self.call_time }
    }

    /// Whether changes wait for replicas.
    pub fn waits(&self) -> bool {
        self.min_replicas > 0
    }

    /// Whether this is a link to a cluster.
    pub fn is_cluster(&self) -> bool {
        matches!(self.target, Target::Cluster(_))
    }

    async fn connection(&self, channel: &Mutex<Channel>) -> RedisResult<(Connection, u64)> {
        let writes = match &*lock(channel) {
            Channel { connection: Some(connection), number, .. } => return Ok((connection.clone(), *number)),
            Channel { writes, .. } => *writes,
        };
        let connection = self.target.connect(writes, self.call_time).await?;
        let mut channel = lock(channel);
        channel.number += 1;
        channel.connection = Some(connection.clone());
        Ok((connection, channel.number))
    }
}

fn lock(channel: &Mutex<Channel>) -> std::sync::MutexGuard<'_, Channel> {
    channel.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One call: commands with one deadline.
pub struct Call<'a> {
    link: &'a Link,
    deadline: Instant,
}

impl Call<'_> {
    /// Sends a command that reads.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when no answer arrived in time, or Redis refused.
    pub fn ask<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        let link = self.link;
        let once = async |mut connection: Connection| connection.ask(cmd).await;
        let (value, _) = link.driver.wait(self.attempts(&link.reading, once))?;
        redis::from_redis_value(value).map_err(unreadable)
    }

    /// Sends several commands that read, at once; the answers are in their order.
    ///
    /// # Errors
    /// As [`Call::ask`].
    pub fn ask_all<T: FromRedisValue>(&self, cmds: &[Cmd]) -> Result<Vec<T>, StoreError> {
        let link = self.link;
        let ask = async |cmd: &Cmd| {
            let once = async |mut connection: Connection| connection.ask(cmd).await;
            self.attempts(&link.reading, once).await
        };
        let answers = link.driver.wait(join_all(cmds.iter().map(ask)));
        let read = |answer: Result<(Value, bool), StoreError>| {
            redis::from_redis_value(answer?.0).map_err(unreadable)
        };
        answers.into_iter().map(read).collect()
    }

    /// Sends a command that changes something and may run twice.
    ///
    /// # Errors
    /// As [`Call::ask`].
    pub fn change(&self, cmd: &Cmd) -> Result<(), StoreError> {
        let run = async |mut connection: Connection| self.confirmed(&mut connection, cmd).await;
        self.link.driver.wait(self.attempts(&self.link.writing, run)).map(drop)
    }

    /// Sends a command that reads to several nodes of a cluster, or to the one Redis.
    /// The answers come with the names of the nodes.
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

    /// Runs a script that changes something, and waits for the replicas.
    ///
    /// # Errors
    /// As [`Call::ask`]. Redis may still have made the change.
    pub fn run<T: FromRedisValue>(&self, script: &Invocation) -> Result<T, StoreError> {
        let (value, _) = self.link.driver.wait(self.run_one(script))?;
        redis::from_redis_value(value).map_err(unreadable)
    }

    /// Runs several scripts at once as [`Call::run`] does. The flag with each answer
    /// is true when an earlier attempt may have made the change.
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

    /// Sends a change and waits until `min_replicas` have confirmed it.
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

    /// Tries until an attempt succeeds, the deadline comes, or the error is
    /// permanent. Also returns whether an earlier attempt, whose answer did not
    /// arrive, may have succeeded.
    async fn attempts<T>(
        &self,
        channel: &Mutex<Channel>,
        once: impl AsyncFn(Connection) -> RedisResult<T>,
    ) -> Result<(T, bool), StoreError> {
        let (mut pause, mut unheard) = (PAUSE, false);
        let mut last =
            format!("Redis does not answer (no answer within {} s)", self.link.call_time.as_secs_f32());
        loop {
            let used = Mutex::new(None);
            let attempt = async {
                let (connection, number) = self.link.connection(channel).await?;
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
            if error.as_ref().is_none_or(needs_new_connection) {
                discard(channel, used);
            }
            let Some(error) = error else { return Err(StoreError::Engine(last)) };
            last = describe(&error);
            let rest = jitter(pause);
            if !may_succeed_later(&error) || self.left() <= rest {
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

/// Drops a connection, unless another one has replaced it.
fn discard(channel: &Mutex<Channel>, used: Option<u64>) {
    let mut channel = lock(channel);
    if used == Some(channel.number) {
        channel.connection = None;
    }
}
