//! The options that name a store, and the key that signs its logs.

use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// How long a request waits for the store unless --deadline is given.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// Where the data lie.
#[derive(Clone, Debug, Args)]
pub struct StoreArgs {
    /// The folder of the embedded store, and of the keys.
    #[arg(long, value_name = "DIR", default_value = "constat-data")]
    pub data: PathBuf,
    /// Keep the data in Redis 7 instead: redis://HOST:PORT, rediss:// with
    /// TLS, or redis+cluster://HOST:PORT,HOST:PORT for a cluster.
    #[arg(long, value_name = "URL", env = "CONSTAT_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// How many replicas of Redis confirm each change before it is acknowledged.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub min_replicas: u32,
    /// Use a Redis although its settings let it lose records it has acknowledged.
    #[arg(long)]
    pub accept_data_loss: bool,
    /// How long a request may wait for the store before it is answered 503.
    #[arg(
        long, value_name = "SECONDS", default_value_t = DEADLINE.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=60)
    )]
    pub deadline: u64,
}

impl StoreArgs {
    /// The store in a folder, with every other option left out.
    #[cfg(test)]
    pub fn in_folder(data: PathBuf) -> StoreArgs {
        StoreArgs {
            data,
            store: None,
            min_replicas: 0,
            accept_data_loss: false,
            deadline: DEADLINE.as_secs(),
        }
    }

    /// How long a request may wait for the store.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline)
    }
}

/// Where the data lie, and the key that signs.
#[derive(Clone, Debug, Args)]
pub struct KeyArgs {
    #[command(flatten)]
    pub data: StoreArgs,
    /// The file of the private key (PEM, PKCS #8) that signs, in place of the
    /// one in the data folder. The key itself may stand in CONSTAT_KEY.
    #[arg(long, value_name = "FILE", env = "CONSTAT_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}
