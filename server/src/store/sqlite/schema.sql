-- Constat's records. This text stays in the file, so that whoever opens it
-- with any SQLite tool can read what it holds.

-- Every notice ever shown, as canonical JSON (RFC 8785).
CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  notice_hash BLOB NOT NULL UNIQUE,  -- SHA-256 of json
  terms_hash BLOB NOT NULL,          -- SHA-256 of what consent depends on
  site TEXT NOT NULL,
  published_at INTEGER NOT NULL,     -- milliseconds since 1970, UTC
  json TEXT NOT NULL
) STRICT;

-- One row for each answer of a visitor. Rows are never changed.
CREATE TABLE records (
  event_id BLOB PRIMARY KEY,         -- UUIDv7
  consent_id BLOB NOT NULL,          -- UUIDv7: the visitor's pseudonym
  previous_event_id BLOB,
  notice INTEGER NOT NULL REFERENCES notices (id),
  action TEXT NOT NULL,
  layer TEXT NOT NULL,
  language TEXT NOT NULL,
  -- A digit for each category: essential, functional, audience, advertising,
  -- third_party; 1 allowed, 0 refused, - not in use on the site.
  categories TEXT NOT NULL,
  -- A digit for each vendor, in the order of the notice's vendors.
  vendors TEXT NOT NULL,
  gpc INTEGER NOT NULL,              -- Global Privacy Control was on
  dnt INTEGER NOT NULL,              -- Do Not Track was on
  recorded_at INTEGER NOT NULL,      -- milliseconds since 1970, UTC
  choice_expires_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL        -- when the row is deleted
) STRICT, WITHOUT ROWID;

CREATE INDEX records_by_consent_id ON records (consent_id);
CREATE INDEX records_by_expiry ON records (expires_at);
