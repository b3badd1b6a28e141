-- Shows a file of version 4, or what read_version_3.sql shows as one, as one of
-- version 6 to a connection that reads it.

CREATE TEMP TABLE documents (kind TEXT, id TEXT, version INTEGER, ends_at INTEGER, json TEXT);
CREATE TEMP TABLE trail (entry_index INTEGER PRIMARY KEY, at INTEGER, who TEXT, action TEXT, site TEXT, target TEXT,
  consent_id BLOB, commitment_key BLOB, commitment BLOB, link BLOB);
CREATE TEMP TABLE trail_segments (month TEXT, first_index INTEGER, end_index INTEGER, is_dropped INTEGER, head TEXT);
