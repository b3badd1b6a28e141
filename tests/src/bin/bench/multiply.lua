#!lua
-- Copies of the record that ends first, with new ids, which are all that a look-up sees.
-- KEYS: the site's hash tag. ARGV: the number of the first copy, how many are made.

local tag, first, count = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local model = redis.call('ZRANGE', tag .. 'x', 0, 0, 'WITHSCORES')
local month, expires = string.sub(model[1], 1, 3), model[2]
local bytes = redis.call('GET', tag .. 'r' .. string.sub(model[1], 4, 19))
local before, behind = string.sub(bytes, 1, 10), string.sub(bytes, 27)
for number = first, first + count - 1 do
  local event = struct.pack('>I8I8', number, 1)
  local consent = struct.pack('>I8I8', number, 2)
  redis.call('SET', tag .. 'r' .. event, before .. consent .. behind)
  redis.call('ZADD', tag .. 'h' .. consent, number, event)
  redis.call('ZADD', tag .. 'x', expires, month .. event .. consent)
end
return count
