-- Appends leaves of another store's log. ARGV: token, month, the index of the
-- first leaf, the leaves in one string, then the entries among them, each as the
-- name of its list, and the index of its leaf with its JSON.
-- Returns the size of the log, or -1 when it does not end before the first leaf.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local log, refused = open(ARGV[2])
if refused then return refused end
if log.size ~= tonumber(ARGV[3]) then return -1 end
for at = 1, #ARGV[4], HASH do
  push(log, string.sub(ARGV[4], at, at + HASH - 1))
end
close(log)
for at = 5, #ARGV, 2 do
  redis.call('RPUSH', tag .. ARGV[at] .. ARGV[2], ARGV[at + 1])
end
return answer(ARGV[1], log.size)
