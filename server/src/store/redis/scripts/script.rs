//! The scripts that Redis runs: each is one change that happens whole or not at all.

use crate::store::StoreError;
use redis::{Cmd, ToRedisArgs};
use std::sync::LazyLock;

/// A script, by the name of what it does.
pub struct Script {
    code: &'static str,
    hash: LazyLock<String>,
}

/// The first line of a script. Redis does not begin one that `writes` while it is
/// full. It runs one `even_full`: that deletes more than it writes, or writes so
/// little for each record or log that what else is there bounds it.
macro_rules! first_line {
    (writes) => {
        "#!lua\n"
    };
    (even_full) => {
        "#!lua flags=allow-oom\n"
    };
}

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident $does:ident $($file:literal),+;)*) => {
        $($(#[$doc])* pub static $name: Script = Script {
            code: concat!(first_line!($does), $(include_str!($file)),+),
            hash: LazyLock::new(|| redis::Script::new($name.code).get_hash().to_owned()),
        };)*
    };
}

scripts! {
    /// Appends records with their leaves.
    APPEND writes "common.lua", "append.lua";
    /// Writes an entry of the server's own.
    WRITE writes "common.lua", "write.lua";
    /// Deletes records and says so in a log.
    DELETE even_full "common.lua", "delete.lua";
    /// Deletes a log's leaves.
    DROP even_full "common.lua", "drop.lua";
    /// Keeps a signed head.
    HEAD even_full "common.lua", "head.lua";
    /// Keeps the hash of a subtree.
    KEEP even_full "common.lua", "keep.lua";
    /// Stores records of another store with the places they have there.
    PUT_RECORDS writes "common.lua", "put_records.lua";
    /// Puts a stretch of another store's log at the end of one.
    PUT_LEAVES writes "common.lua", "put_leaves.lua";
    /// Deletes records and says nothing.
    FORGET even_full "common.lua", "forget.lua";
    /// Adds to a list what is not in it.
    ADD writes "add.lua";
    /// Takes a job, holds it, or lets it go.
    HOLD even_full "hold.lua";
    /// Notes that the files have to be written anew.
    NOTE even_full "note.lua";
    /// Finds out whether others could write.
    READY writes "ready.lua";
}

impl Script {
    /// The script with the key that decides where it runs, ready for its arguments.
    ///
    /// A site's tag is no key, so while the site's slot moves from one node of a
    /// cluster to another, both would take the script, each with a part of what it
    /// works on. Two names of which there is no key are taken by neither
    /// (TRYAGAIN) until the whole slot has moved.
    pub fn on(&'static self, key: &[u8]) -> Invocation {
        let mut cmd = redis::cmd("EVALSHA");
        cmd.arg(self.hash.as_str());
        match key.first() {
            Some(b'{') => cmd.arg(2).arg(key).arg([key, b"-"].concat()),
            _ => cmd.arg(1).arg(key),
        };
        Invocation { script: self, cmd }
    }
}

/// A script about to be run.
pub struct Invocation {
    script: &'static Script,
    cmd: Cmd,
}

impl Invocation {
    /// Adds an argument.
    pub fn arg(mut self, arg: impl ToRedisArgs) -> Invocation {
        self.cmd.arg(arg);
        self
    }

    /// The command that runs it.
    pub fn cmd(&self) -> &Cmd {
        &self.cmd
    }

    /// The command after which every primary knows the script.
    pub fn load(&self) -> Cmd {
        let mut load = redis::cmd("SCRIPT");
        load.arg("LOAD").arg(self.script.code);
        load
    }
}

/// Names one call, so that Redis does it once.
pub fn token() -> Result<Vec<u8>, StoreError> {
    let mut token = vec![0; 16];
    getrandom::fill(&mut token).map_err(|error| StoreError::Engine(error.to_string()))?;
    Ok(token)
}
