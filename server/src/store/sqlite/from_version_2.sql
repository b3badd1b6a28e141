-- Moves the rows of the tables of versions 1 and 2 into those of this version, which
-- exist beside them. Until version 3, each site had one log a month.

INSERT INTO shards (site, shard_number, shard_count)
  SELECT site, 1, 1 FROM logs_2 UNION SELECT site, 1, 1 FROM notices;

INSERT INTO logs (id, shard, month, checkpoint)
  SELECT logs_2.id, shards.id, month, checkpoint FROM logs_2 JOIN shards USING (site);

INSERT INTO records
  SELECT event_id, shard, consent_id, previous_event_id, notice, action, layer, language, categories,
    vendors, gpc, dnt, recorded_at, choice_expires_at, expires_at, commitment_key, log, leaf_index, NULL
  FROM records_2 JOIN (SELECT id AS log_id, shard FROM logs) ON log_id = log;

DROP TABLE records_2;
DROP TABLE logs_2;
