-- Constat's records. The comments within a statement stay in the file, so that
-- any SQLite tool shows what each column means.

-- Every notice ever shown, as canonical JSON (RFC 8785).
CREATE TABLE IF NOT EXISTS notices (
  id INTEGER PRIMARY KEY,
  notice_hash BLOB NOT NULL UNIQUE,  -- SHA-256 of json
  terms_hash BLOB NOT NULL,          -- SHA-256 of what consent depends on
  site TEXT NOT NULL,
  published_at INTEGER NOT NULL,     -- milliseconds since 1970, UTC
  json TEXT NOT NULL
) STRICT;

-- The shards of each site, numbered from 1 to shard_count: each has one log a
-- month. A consent id decides the shard of its records: its last four bytes as a
-- number, modulo shard_count, plus 1.
CREATE TABLE IF NOT EXISTS shards (
  id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  shard_number INTEGER NOT NULL,
  shard_count INTEGER NOT NULL,
  UNIQUE (site, shard_number)
) STRICT;

-- One row for each answer of a visitor. Rows are never changed.
CREATE TABLE IF NOT EXISTS records (
  event_id BLOB NOT NULL,            -- UUIDv7
  shard INTEGER NOT NULL,
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
  expires_at INTEGER NOT NULL,       -- when the row is deleted
  -- The leaf in the log is SHA-256(0x00, HMAC-SHA-256(commitment_key, the
  -- record's canonical JSON)); deleting the row leaves it meaning nothing.
  commitment_key BLOB NOT NULL,
  log INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  -- The first 16 bytes of SHA-256 of the secret that the browser made with the
  -- consent id; it shows whose id it is. Empty when it showed none.
  holder BLOB,
  PRIMARY KEY (event_id, shard)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS records_by_consent_id ON records (consent_id);
CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at);
-- Has all that a search filters by, so that it reads no row that it does not want. The
-- last part is the end of the consent id.
CREATE INDEX IF NOT EXISTS records_by_time ON records
  (shard, recorded_at, event_id, notice, action, language, vendors, substr(consent_id, 15));

-- Events of erased records: a request that repeats one is not stored again.
CREATE TABLE IF NOT EXISTS erased_events (
  shard INTEGER NOT NULL REFERENCES shards (id),
  -- The first 16 bytes of SHA-256("constat erased event", 0x00, site, 0x00,
  -- event id): it leads to no visitor.
  fingerprint BLOB NOT NULL,
  forgotten_at INTEGER NOT NULL,     -- when the row is deleted
  PRIMARY KEY (shard, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS erased_events_by_end ON erased_events (shard, forgotten_at);

-- One log for each shard and calendar month: an RFC 6962 Merkle tree.
CREATE TABLE IF NOT EXISTS logs (
  id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL REFERENCES shards (id),
  month TEXT NOT NULL,               -- yyyy-mm, UTC
  checkpoint TEXT,                   -- the newest signed head (C2SP tlog-checkpoint)
  UNIQUE (shard, month)
) STRICT;

-- A log with a checkpoint and without leaves was dropped: no record that it could
-- prove is stored.

-- Hashes of complete subtrees: the leaves are level 0, and every eighth level
-- above them is kept. A root or a proof then needs a few hundred hashes.
CREATE TABLE IF NOT EXISTS subtrees (
  log INTEGER NOT NULL REFERENCES logs (id),
  level INTEGER NOT NULL,            -- 0, 8, 16, ...: 2 to the power of level leaves
  place INTEGER NOT NULL,            -- counted from 0 within the level
  hash BLOB NOT NULL,                -- SHA-256
  PRIMARY KEY (log, level, place)
) STRICT, WITHOUT ROWID;

-- The operator entries: leaves that the server itself wrote.
CREATE TABLE IF NOT EXISTS entries (
  log INTEGER NOT NULL REFERENCES logs (id),
  leaf_index INTEGER NOT NULL,
  json TEXT NOT NULL,                -- canonical JSON; the data of the leaf
  PRIMARY KEY (log, leaf_index)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS purge_entries ON entries (log, (substr(json, 1, 15) = '{"kind":"purge"'));

-- One row, by which a server judges its clock; both in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS times (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  newest INTEGER,                    -- the newest date of a record or entry that was committed
  accepted_at INTEGER                -- when the operator last declared the clock right
) STRICT;

-- Deleted records that the next run of the hourly job writes into a purge entry.
CREATE TABLE IF NOT EXISTS pending_purges (
  shard INTEGER NOT NULL REFERENCES shards (id),
  reason TEXT NOT NULL,              -- expired or erased
  month TEXT NOT NULL,               -- yyyy-mm, of the log that has their leaves
  record_count INTEGER NOT NULL,
  PRIMARY KEY (shard, reason, month)
) STRICT, WITHOUT ROWID;

-- The public halves of every key that ever signed here, in their order: the
-- last one signs. The private halves are never in this file.
CREATE TABLE IF NOT EXISTS keys (
  number INTEGER PRIMARY KEY,
  kid TEXT NOT NULL UNIQUE,          -- RFC 7638 thumbprint
  added_at INTEGER NOT NULL,         -- milliseconds since 1970, UTC
  jwk TEXT NOT NULL                  -- RFC 8037
) STRICT;

-- What the console keeps: people, signed-in browsers, one-time links, tokens and
-- the like. Secrets are never in it, only their hashes.
CREATE TABLE IF NOT EXISTS documents (
  kind TEXT NOT NULL,                -- account, session, link, token, acknowledgement, request or setting
  id TEXT NOT NULL,                  -- an e-mail address, or the hash of a secret, or a name
  version INTEGER NOT NULL,          -- counted from 1: a change names the one that it replaces
  ends_at INTEGER,                   -- when the row is deleted, in milliseconds since 1970, UTC
  json TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS documents_by_end ON documents (ends_at) WHERE ends_at IS NOT NULL;

-- The audit trail of the console: who did what, when, on which site. Rows are never
-- changed, but target, consent_id and commitment_key can be forgotten.
CREATE TABLE IF NOT EXISTS trail (
  entry_index INTEGER PRIMARY KEY,   -- counted from 0, without a gap
  at INTEGER NOT NULL,               -- milliseconds since 1970, UTC
  who TEXT,                          -- an e-mail address, a token or a command
  action TEXT NOT NULL,
  site TEXT,
  target TEXT,
  consent_id BLOB,                   -- UUIDv7: the target is forgotten with its records
  commitment_key BLOB,
  commitment BLOB NOT NULL,          -- HMAC-SHA-256 of the target under the key
  link BLOB NOT NULL                 -- SHA-256 of the entry and the link before it
) STRICT;

CREATE INDEX IF NOT EXISTS trail_by_consent_id ON trail (consent_id) WHERE consent_id IS NOT NULL;

-- The calendar months of the trail. The entries of old months are deleted; the rows
-- of this table stay.
CREATE TABLE IF NOT EXISTS trail_segments (
  month TEXT NOT NULL PRIMARY KEY,   -- yyyy-mm, UTC
  first_index INTEGER NOT NULL,      -- of its first entry
  end_index INTEGER NOT NULL,        -- the one after its last entry
  is_dropped INTEGER NOT NULL,       -- whether its entries were deleted
  head TEXT NOT NULL                 -- the signed head after its last entry (C2SP tlog-checkpoint)
) STRICT, WITHOUT ROWID;
