-- Keeps the hash of a complete subtree of an existing log. The hash follows from
-- the leaves, so every server computes the same one.
-- ARGV: month, level, index in the level, hash.

if redis.call('HEXISTS', tag .. 'logs', ARGV[1]) == 0 then return 0 end
local index = tonumber(ARGV[3])
local key = tree(ARGV[1], tonumber(ARGV[2]), math.floor(index / CHUNK))
redis.call('SETRANGE', key, index % CHUNK * HASH, ARGV[4])
return 1
