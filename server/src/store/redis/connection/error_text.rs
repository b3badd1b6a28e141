//! The texts of errors: what is wrong with Redis, and its message.

use crate::store::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// The code of the error that [`super::link`] makes when too few replicas have confirmed a change.
pub const TOO_FEW: &str = "TOOFEW";

/// Our description of an error, followed by the message of Redis or the library.
pub fn describe(error: &RedisError) -> String {
    let theirs = match error.code().zip(error.detail()) {
        Some((code, detail)) => format!("{code} {detail}"),
        None => error.to_string(),
    };
    match our_words(error) {
        Some(words) => format!("{words} ({theirs})"),
        None => theirs,
    }
}

/// The error of the store for an error of Redis.
pub fn engine(error: RedisError) -> StoreError {
    StoreError::Engine(describe(&error))
}

fn our_words(error: &RedisError) -> Option<&'static str> {
    use ServerErrorKind::{Ask, BusyLoading, ClusterDown, MasterDown, Moved, NoPerm, ReadOnly, TryAgain};
    Some(match error.kind() {
        // An error of rustls arrives as the text of an I/O error, in a cluster after other words.
        ErrorKind::Io if error.to_string().contains("invalid peer certificate") => {
            "the certificate of Redis is not trusted: name the file of its CA in SSL_CERT_FILE"
        }
        ErrorKind::Io if error.is_timeout() => "Redis does not answer",
        ErrorKind::Io => "Redis cannot be reached",
        ErrorKind::ClusterConnectionNotFound => "a node of the cluster cannot be reached",
        ErrorKind::AuthenticationFailed => "Redis does not take the name or password",
        ErrorKind::Server(BusyLoading) => "Redis is loading its files",
        ErrorKind::Server(ReadOnly) => "this Redis is a replica now",
        ErrorKind::Server(MasterDown) => "this Redis is a replica that has lost its primary",
        ErrorKind::Server(ClusterDown) => "no primary of the cluster has some of its slots",
        // The client has followed the redirection, and no node answered there.
        ErrorKind::Server(Moved) => "the cluster is failing over, or moving slots",
        ErrorKind::Server(Ask | TryAgain) => "the cluster is moving slots",
        ErrorKind::Server(NoPerm) => "Redis forbids this account to do that",
        ErrorKind::Server(_) | ErrorKind::Extension => match error.code()? {
            "OOM" => "Redis is full",
            "MISCONF" => "Redis cannot write its files",
            "NOREPLICAS" => "Redis has too few replicas",
            TOO_FEW => "too few replicas confirmed a change",
            "UNBLOCKED" => "this Redis became a replica meanwhile",
            "BUSY" => "Redis is busy with a script",
            "NOAUTH" | "WRONGPASS" => "Redis does not take the name or password",
            _ => return None,
        },
        _ => return None,
    })
}
