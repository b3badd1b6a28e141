//! The name of connections for changes, by which a copy finds running servers.

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster_async::Connect;
use redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, IntoConnectionInfo, Pipeline};
use redis::{RedisFuture, RedisResult, Value};

/// The name of a connection for changes in `CLIENT LIST`.
pub const WRITER_NAME: &str = "constat-writer";

/// Gives a connection its name. An account that Redis does not allow to do so can
/// use the connection, but a copy does not see it.
pub async fn set_name(connection: &mut MultiplexedConnection) -> RedisResult<()> {
    let mut name = redis::cmd("CLIENT");
    name.arg("SETNAME").arg(WRITER_NAME);
    match connection.req_packed_command(&name).await.and_then(Value::extract_error) {
        Err(error) if matches!(error.kind(), ErrorKind::Server(_)) => {
            tracing::warn!(%error, "a copy will not see this process at Redis: allow CLIENT SETNAME");
            Ok(())
        }
        result => result.map(drop),
    }
}

/// A connection to one node of a cluster, named when it is made. The cluster
/// client makes one whenever it finds a node.
#[derive(Clone)]
pub struct NamedConnection(MultiplexedConnection);

impl Connect for NamedConnection {
    fn connect_with_config<'a, T>(info: T, config: AsyncConnectionConfig) -> RedisFuture<'a, Self>
    where
        T: IntoConnectionInfo + Send + 'a,
    {
        Box::pin(async move {
            let client = Client::open(info)?;
            let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
            set_name(&mut connection).await?;
            Ok(NamedConnection(connection))
        })
    }
}

impl ConnectionLike for NamedConnection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}
