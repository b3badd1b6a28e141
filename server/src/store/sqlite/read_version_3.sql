-- Shows a file of version 3 as one of version 4 to a connection that reads it:
-- a temporary view or table is found before the file's own.

CREATE TEMP VIEW records AS SELECT *, NULL AS holder FROM main.records;
CREATE TEMP TABLE times (id INTEGER PRIMARY KEY, newest INTEGER, accepted_at INTEGER);
CREATE TEMP TABLE erased_events (shard INTEGER, fingerprint BLOB, forgotten_at INTEGER);
CREATE TEMP TABLE pending_purges (shard INTEGER, reason TEXT, month TEXT, record_count INTEGER);
CREATE TEMP TABLE entries (log INTEGER, leaf_index INTEGER, json TEXT, PRIMARY KEY (log, leaf_index)) WITHOUT ROWID;
INSERT INTO temp.entries SELECT log, leaf_index, json FROM main.entries;
CREATE INDEX temp.purge_entries ON entries (log, (substr(json, 1, 15) = '{"kind":"purge"'));
