-- Deletes entries of a month of the audit trail, of which only the head stays.
-- ARGV: token, month, the index of the first of them, the index after the last.
-- Returns how many there were.

local before = repeated(ARGV[1])
if before then return tonumber(before) end
local month, count = ARGV[2], 0
local segment = redis.call('HGET', tag .. 'segments', month)
redis.call('HSET', tag .. 'segments', month, (string.gsub(segment, '^(%d+ %d+) 0', '%1 1')))
for index = tonumber(ARGV[3]), tonumber(ARGV[4]) - 1 do
  index = string.format('%d', index)
  forget_target(month, index)
  count = count + redis.call('HDEL', entries(month), index)
end
rewrite(ARGV[1])
return answer(ARGV[1], count)
