-- Shows a file of version 3 as one of version 4 to a connection that reads it:
-- a temporary view or table is found before the file's own.

CREATE TEMP VIEW records AS SELECT *, NULL AS holder FROM main.records;
CREATE TEMP TABLE times (id INTEGER PRIMARY KEY, newest INTEGER, accepted_at INTEGER);
CREATE TEMP TABLE erased_events (shard INTEGER, fingerprint BLOB, forgotten_at INTEGER);
CREATE TEMP TABLE pending_purges (shard INTEGER, reason TEXT, month TEXT, record_count INTEGER);
