-- Deletes records and writes a purge entry. ARGV: token, month, leaf and JSON of
-- the purge entry, then the members of the expiry index.
-- Returns their number, or -1 when one of them was deleted before.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local log, refused = open(ARGV[2])
if refused then return refused end
for at = 5, #ARGV do
  if not redis.call('ZSCORE', tag .. 'x', ARGV[at]) then return -1 end
end
for at = 5, #ARGV do
  local month, event, consent = parts(ARGV[at])
  redis.call('DEL', tag .. 'r' .. event)
  redis.call('ZREM', tag .. 'h' .. consent, event)
  redis.call('ZREM', tag .. 'x', ARGV[at])
  redis.call('HINCRBY', tag .. 'live', month, -1)
end
local leaf_index = push(log, ARGV[3])
close(log)
redis.call('RPUSH', tag .. 'entries:' .. ARGV[2], leaf_index .. ' ' .. ARGV[4])
return answer(ARGV[1], #ARGV - 4)
