-- Fills what version 4 has more than the versions before it, once its tables are there.

INSERT INTO times (id, newest)
  SELECT 1, max(at) FROM (
    SELECT max(recorded_at) AS at FROM records
    UNION ALL
    SELECT max(CAST(round(unixepoch(coalesce(json ->> 'purged_at', json ->> 'serving_at', json ->> 'taken_at'),
      'subsec') * 1000) AS INTEGER)) FROM entries
  ) WHERE true
  ON CONFLICT (id) DO NOTHING;
