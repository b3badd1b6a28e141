-- Stores records with the leaf indexes of another store. ARGV: for each
-- record its event id, its consent id, all its bytes, when it was recorded and
-- when it expires, both in milliseconds since 1970.
-- Returns the number of new records.

local fresh = 0
for at = 1, #ARGV, 5 do
  local event, consent, bytes = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local recorded, expires = ARGV[at + 3], ARGV[at + 4]
  local key, member = tag .. 'r' .. event, string.sub(bytes, 2, 4) .. event .. consent
  local known = redis.call('GET', key)
  if known and known ~= bytes then
    return redis.error_reply('TAKEN another record has one of these event ids')
  end
  if redis.call('ZADD', tag .. 'x', 'NX', expires, member) == 1 then
    redis.call('SET', key, bytes)
    index(event, consent, bytes, recorded)
    redis.call('ZADD', tag .. 'h' .. consent, recorded, event)
    redis.call('HINCRBY', tag .. 'live', parts(member), 1)
    fresh = fresh + 1
  end
end
-- WAIT confirms the last write of the connection, so a repetition has to write too.
if fresh == 0 then redis.call('SET', tag .. 'mark', '', 'PX', 10000) end
return fresh
