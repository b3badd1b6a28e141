-- Keeps the hash of a complete subtree of a log that is there. It says nothing
-- that the leaves do not say: whoever works it out finds the same.
-- ARGV: month, level, place, hash.

if redis.call('HEXISTS', tag .. 'logs', ARGV[1]) == 0 then return 0 end
local place = tonumber(ARGV[3])
local key = tree(ARGV[1], tonumber(ARGV[2]), math.floor(place / CHUNK))
redis.call('SETRANGE', key, place % CHUNK * HASH, ARGV[4])
return 1
