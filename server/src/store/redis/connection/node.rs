//! Connections to one Redis or to the nodes of a cluster.

use super::address::Address;
use super::connection_name::{NamedConnection, set_name};
use super::error_text::engine;
use crate::store::StoreError;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, RedisResult, Value};
use std::time::Duration;

/// The longest time that connecting may take. A call of one second then has time
/// for a second attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(450);
/// A connection that does not answer for this time is given up, whether or not a call waits.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The client that makes connections.
pub enum Target {
    /// For one Redis.
    One(Box<Client>),
    /// For a cluster.
    Cluster(Box<ClusterClient>),
}

impl Target {
    /// Prepares connections; none is made yet. A request may take until `deadline`.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the address cannot be used.
    pub fn new(address: &Address, deadline: Duration) -> Result<Target, StoreError> {
        Ok(match address {
            Address::One(info) => Target::One(Box::new(Client::open((**info).clone()).map_err(engine)?)),
            Address::Cluster(nodes) => {
                let client = ClusterClient::builder(nodes.clone()).retries(4).min_retry_wait(10);
                let client = client.max_retry_wait(100).connection_timeout(CONNECT_TIMEOUT);
                let client = client.response_timeout(RESPONSE_TIMEOUT.max(deadline)).build();
                Target::Cluster(Box::new(client.map_err(engine)?))
            }
        })
    }

    /// Makes a connection. One for changes (`writes`) gets their name. A call may take `call_time`.
    ///
    /// # Errors
    /// When no connection was made in time.
    pub async fn connect(&self, writes: bool, call_time: Duration) -> RedisResult<Connection> {
        Ok(match self {
            Target::One(client) => {
                let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT));
                let config = config.set_response_timeout(Some(RESPONSE_TIMEOUT.max(call_time)));
                let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
                if writes {
                    set_name(&mut connection).await?;
                }
                Connection::One(connection)
            }
            Target::Cluster(client) if writes => {
                Connection::NamedCluster(client.get_async_generic_connection().await?)
            }
            Target::Cluster(client) => Connection::Cluster(client.get_async_connection().await?),
        })
    }
}

/// The first node of an address.
pub fn first_node(address: &Address) -> Result<&ConnectionInfo, StoreError> {
    match address {
        Address::One(info) => Ok(info),
        Address::Cluster(nodes) => {
            nodes.first().ok_or_else(|| StoreError::Engine("the address names no node".to_owned()))
        }
    }
}

/// An open connection; any number of calls share it.
#[derive(Clone)]
pub enum Connection {
    /// To one Redis.
    One(MultiplexedConnection),
    /// To a cluster.
    Cluster(ClusterConnection),
    /// To a cluster, for changes: the connection to each node has a name.
    NamedCluster(ClusterConnection<NamedConnection>),
}

impl Connection {
    /// Sends one command.
    pub async fn ask(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let value = match self {
            Connection::One(connection) => connection.req_packed_command(cmd).await,
            Connection::Cluster(connection) => connection.req_packed_command(cmd).await,
            Connection::NamedCluster(connection) => connection.req_packed_command(cmd).await,
        };
        value?.extract_error()
    }

    /// Sends two commands at once.
    pub async fn ask_both(&mut self, pipeline: &redis::Pipeline) -> RedisResult<Vec<Value>> {
        match self {
            Connection::One(connection) => connection.req_packed_commands(pipeline, 0, 2).await,
            Connection::Cluster(connection) => connection.req_packed_commands(pipeline, 0, 2).await,
            Connection::NamedCluster(connection) => connection.req_packed_commands(pipeline, 0, 2).await,
        }
    }

    /// Sends one command to several nodes; the answers come with their names.
    pub async fn ask_each(
        &mut self,
        cmd: &Cmd,
        nodes: MultipleNodeRoutingInfo,
    ) -> RedisResult<Vec<(String, Value)>> {
        let nodes = RoutingInfo::MultiNode((nodes, None));
        let all = match self {
            Connection::One(_) => return Ok(vec![("Redis".to_owned(), self.ask(cmd).await?)]),
            Connection::Cluster(connection) => connection.route_command(cmd.clone(), nodes).await?,
            Connection::NamedCluster(connection) => connection.route_command(cmd.clone(), nodes).await?,
        };
        Ok(redis::from_redis_value(all)?)
    }
}
