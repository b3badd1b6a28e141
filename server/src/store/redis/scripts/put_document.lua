-- Stores a document, unless the store has another version than the one before.
-- ARGV: token, kind, id, version, end in milliseconds since 1970 or '-', JSON, the most
-- documents of a kind.
-- Returns 1 when it did, -1 when the kind has that many.

local before = repeated(ARGV[1])
if before then return tonumber(before) end
local kind, id, version, ends = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local there = redis.call('HGET', documents(kind), id)
local last = there and string.match(there, '^%d+') or '0'
if tonumber(last) + 1 ~= tonumber(version) then return answer(ARGV[1], 0) end
if not there and redis.call('HLEN', documents(kind)) >= tonumber(ARGV[7]) then return answer(ARGV[1], -1) end
put(kind, id, version .. ' ' .. ends .. ' ' .. ARGV[6], ends)
return answer(ARGV[1], 1)
