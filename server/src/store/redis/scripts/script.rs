//! The scripts that Redis runs: each is one atomic change.

use crate::store::StoreError;
use redis::{Cmd, ToRedisArgs};
use std::sync::LazyLock;

/// A script and its hash.
pub struct Script {
    code: &'static str,
    hash: LazyLock<String>,
}

/// The first line of a script. A full Redis refuses a script that `writes`. It runs
/// one that is marked `even_full`, because that one deletes more than it writes, or
/// writes only a little for each record or log.
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
    /// Appends an operator entry.
    APPEND_ENTRY writes "common.lua", "append_entry.lua";
    /// Deletes records and counts them for the log.
    DELETE even_full "common.lua", "delete.lua";
    /// Deletes a log's leaves.
    DROP even_full "common.lua", "drop.lua";
    /// Keeps a signed head.
    HEAD even_full "common.lua", "head.lua";
    /// Keeps the hash of a subtree.
    KEEP even_full "common.lua", "keep.lua";
    /// Stores records of another store with their leaf indexes.
    PUT_RECORDS writes "common.lua", "put_records.lua";
    /// Appends leaves of another store's log.
    PUT_LEAVES writes "common.lua", "put_leaves.lua";
    /// Deletes records without a purge entry.
    FORGET even_full "common.lua", "forget.lua";
    /// Carries records of an earlier format over.
    CARRY writes "common.lua", "carry.lua";
    /// Raises the newest time.
    RAISE even_full "common.lua", "raise.lua";
    /// Appends an element to a list, unless the list has it.
    ADD writes "add.lua";
    /// Takes, holds or releases a job.
    HOLD even_full "hold.lua";
    /// Writes something that a WAIT confirms.
    MARK even_full "common.lua", "mark.lua";
    /// Removes the duty to rewrite the files.
    REWRITTEN even_full "common.lua", "rewritten.lua";
    /// Writes a purge entry for deletions that are still to be written.
    WRITE_PENDING even_full "common.lua", "write_pending.lua";
    /// Stores a document in the place of the version before.
    PUT_DOCUMENT writes "common.lua", "console.lua", "put_document.lua";
    /// Deletes a document.
    REMOVE_DOCUMENT even_full "common.lua", "console.lua", "remove_document.lua";
    /// Deletes documents whose end has come.
    EXPIRE_DOCUMENTS even_full "common.lua", "console.lua", "expire_documents.lua";
    /// Stores documents of another store.
    COPY_DOCUMENTS writes "common.lua", "console.lua", "copy_documents.lua";
    /// Appends an entry to the audit trail.
    APPEND_TO_TRAIL writes "common.lua", "console.lua", "append_to_trail.lua";
    /// Deletes entries of a month of the audit trail.
    DROP_TRAIL even_full "common.lua", "console.lua", "drop_trail.lua";
    /// Forgets the targets of entries of the audit trail.
    FORGET_IN_TRAIL even_full "common.lua", "console.lua", "forget_in_trail.lua";
    /// Stores entries of another store's audit trail.
    COPY_TRAIL writes "common.lua", "console.lua", "copy_trail.lua";
    /// Fails where another script could not write.
    READY writes "ready.lua";
}

impl Script {
    /// A call of the script, without arguments, on the node of a key.
    ///
    /// A shard's tag is not the name of a key. While the shard's slot moves between
    /// two nodes of a cluster, each has some of its keys, and each would run a
    /// script with one missing key. With two missing keys both refuse (TRYAGAIN)
    /// until the whole slot has moved.
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

/// A call of a script.
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

    /// The command that runs the script.
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

/// A random name for one call, by which a script recognises a repetition.
pub fn token() -> Result<Vec<u8>, StoreError> {
    let mut token = vec![0; 16];
    getrandom::fill(&mut token).map_err(|error| StoreError::Engine(error.to_string()))?;
    Ok(token)
}
