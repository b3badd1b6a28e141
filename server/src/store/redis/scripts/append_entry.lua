-- Appends an operator entry. ARGV: token, month, leaf, JSON, the name of the list, its
-- date in milliseconds since 1970 or 0.
-- Returns the index of its leaf.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local log, refused = open(ARGV[2])
if refused then return refused end
local leaf_index = push(log, ARGV[3])
close(log)
redis.call('RPUSH', tag .. ARGV[5] .. ARGV[2], leaf_index .. ' ' .. ARGV[4])
raise(ARGV[6])
return answer(ARGV[1], leaf_index)
