-- Copies of the record that ends last, with new ids and earlier times. Comes after common.lua.
-- KEYS: the site's hash tag. ARGV: the number of the first copy, how many are made now and in
-- all, over how many milliseconds before the record they are spread.

local first, count, all, span = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local model = redis.call('ZREVRANGE', tag .. 'x', 0, 0)[1]
local month = string.sub(model, 1, 3)
local bytes = redis.call('GET', tag .. 'r' .. string.sub(model, 4, 19))
local before, behind = string.sub(bytes, 1, 10), string.sub(bytes, 51)
local at, choice, expires = struct.unpack('>I8I8I8', bytes, 27)
for number = first, first + count - 1 do
  local earlier = math.floor((all - number) * (span / all))
  local recorded, ends = at - earlier, expires - earlier
  local event = struct.pack('>I6I2I4I4', recorded, 0x7001, 0x80000000, number)
  local consent = struct.pack('>I6I2I4I4', recorded, 0x7002, 0x80000000, number)
  local copy = before .. consent .. struct.pack('>I8I8I8', recorded, choice - earlier, ends) .. behind
  redis.call('SET', tag .. 'r' .. event, copy)
  redis.call('ZADD', tag .. 'h' .. consent, recorded, event)
  redis.call('ZADD', tag .. 'x', ends, month .. event .. consent)
  index(event, consent, copy, recorded)
end
return count
