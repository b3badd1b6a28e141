-- Deletes records without a purge entry. ARGV: a random value, then the members of
-- the expiry index.
-- Returns the number of deleted records.

local count = 0
for at = 2, #ARGV do
  if redis.call('ZREM', tag .. 'x', ARGV[at]) == 1 then
    local month, event, consent = parts(ARGV[at])
    local key = tag .. 'r' .. event
    local bytes = redis.call('GET', key)
    if bytes then unindex(event, consent, bytes) end
    redis.call('DEL', key)
    redis.call('ZREM', tag .. 'h' .. consent, event)
    forget_id(consent)
    redis.call('HINCRBY', tag .. 'live', month, -1)
    count = count + 1
  end
end
if count > 0 then redis.call('SET', tag .. 'rewrite', ARGV[1]) end
return count
