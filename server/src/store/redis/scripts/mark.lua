-- Writes something, even into a full Redis, so that a WAIT after it confirms every
-- earlier change of the shard too.

redis.call('SET', tag .. 'mark', '', 'PX', 10000)
return 1
