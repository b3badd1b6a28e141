//! What the store takes on the disk, and how fast the disk is.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

/// The name of the embedded store's file in the data folder.
const FILE_NAME: &str = "constat.db";
/// How often the disk is tried.
const SYNCS: usize = 100;

/// A store at rest.
pub struct Usage {
    /// How many records it holds.
    pub records: u64,
    /// The bytes of all its files.
    pub bytes: u64,
    /// Those of them in the log of changes, which is empty once all of it is in the database.
    pub log_bytes: u64,
}

impl Usage {
    /// Measures the store of a server that has stopped.
    pub fn of(data: &Path) -> io::Result<Usage> {
        // First: opening the database may move the log into it.
        let (mut bytes, mut log_bytes) = (0, 0);
        for file in fs::read_dir(data)? {
            let file = file?;
            let file_bytes = file.metadata()?.len();
            bytes += file_bytes;
            if file.file_name().to_string_lossy().ends_with("-wal") {
                log_bytes += file_bytes;
            }
        }
        let records = count(&data.join(FILE_NAME)).map_err(io::Error::other)?;
        Ok(Usage { records, bytes, log_bytes })
    }
}

fn count(database: &Path) -> rusqlite::Result<u64> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let records: i64 = connection.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
    Ok(records.unsigned_abs())
}

/// How long the disk takes to make one page durable, at the median: the limit of every durable store.
pub fn sync_time(dir: &Path) -> io::Result<Duration> {
    let mut file = File::create(dir.join("sync"))?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[SYNCS / 2])
}
