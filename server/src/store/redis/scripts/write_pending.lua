-- Writes one purge entry for deletions that are still to be written. ARGV: token;
-- month, leaf and JSON of the entry; then the fields that it counts, each with its
-- number. Returns 1, or 0 when another server has written some of them.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local log, refused = open(ARGV[2])
if refused then return refused end
local pending = tag .. 'pending'
for at = 5, #ARGV, 2 do
  if tonumber(redis.call('HGET', pending, ARGV[at]) or '0') < tonumber(ARGV[at + 1]) then return 0 end
end
for at = 5, #ARGV, 2 do
  if redis.call('HINCRBY', pending, ARGV[at], -ARGV[at + 1]) == 0 then redis.call('HDEL', pending, ARGV[at]) end
end
local leaf_index = push(log, ARGV[3])
close(log)
redis.call('RPUSH', tag .. 'purges:' .. ARGV[2], leaf_index .. ' ' .. ARGV[4])
return answer(ARGV[1], 1)
