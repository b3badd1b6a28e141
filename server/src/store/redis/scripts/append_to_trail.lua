-- Appends an entry to the audit trail with the head that ends with it. ARGV: token,
-- month, index, time in milliseconds since 1970, what stays of the entry, its target and
-- its consent id, which are empty when it has none, head.
-- Returns 1 when it did, 0 when the trail does not end before the entry.

local before = repeated(ARGV[1])
if before then return tonumber(before) end
local month, index, time = ARGV[2], ARGV[3], ARGV[4]
local last = ''
for _, other in ipairs(redis.call('HKEYS', tag .. 'segments')) do
  if other > last then last = other end
end
local segment = redis.call('HGET', tag .. 'segments', last) or '0 0 0 '
local first, stop = string.match(segment, '^(%d+) (%d+) ')
local youngest = redis.call('HGET', entries(last), string.format('%d', tonumber(stop) - 1)) or '0'
if index ~= stop or month < last or tonumber(time) < tonumber(string.match(youngest, '^%d+')) then
  return answer(ARGV[1], 0)
end
if month > last then first = index end
put_entry(month, index, ARGV[5], ARGV[6], ARGV[7])
local value = string.format('%s %d 0 %s', first, tonumber(index) + 1, ARGV[8])
redis.call('HSET', tag .. 'segments', month, value)
return answer(ARGV[1], 1)
