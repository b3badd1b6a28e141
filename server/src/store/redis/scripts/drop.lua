-- Deletes the leaves and entries of a log without stored records, and keeps its
-- last signed head. ARGV: token, month, head, then the kept levels.
-- Returns 1 when it did.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local month = ARGV[2]
local size = tonumber(redis.call('HGET', tag .. 'logs', month) or '0')
if size == 0 or tonumber(redis.call('HGET', tag .. 'live', month) or '0') > 0 then return 0 end
for at = 4, #ARGV do
  local level = tonumber(ARGV[at])
  for chunk = 0, math.floor(size / 2 ^ level / CHUNK) do
    redis.call('UNLINK', tree(month, level, chunk))
  end
end
redis.call('DEL', tag .. 'entries:' .. month, tag .. 'purges:' .. month)
redis.call('HDEL', tag .. 'logs', month)
redis.call('HDEL', tag .. 'live', month)
redis.call('HSET', tag .. 'heads', month, ARGV[3])
return answer(ARGV[1], 1)
