-- Appends records with their leaves. ARGV:
--   1 when a WAIT follows, so that the script has to write something;
--   the number of notices, then the number and hash of each;
--   the number of logs, then the month of each;
--   for each record the number of its log, its event id, its consent id, its
--   bytes before and after the leaf's index, its leaf, when it was recorded and
--   when it expires, both in milliseconds since 1970.
-- Returns for each record the index of its leaf, or the record that is stored
-- under its event id. Returns SETBACK when a notice no longer has its number.

local logs, results, fresh = {}, {}, {}
local first = 3
for _ = 1, tonumber(ARGV[2]) do
  if redis.call('HGET', tag .. 'notices', ARGV[first]) ~= ARGV[first + 1] then
    return redis.status_reply('SETBACK')
  end
  first = first + 2
end
local count = tonumber(ARGV[first])
for number = 1, count do
  local log, refused = open(ARGV[first + number])
  if refused then return refused end
  logs[number], fresh[number] = log, 0
end

for at = first + count + 1, #ARGV, 8 do
  local number, event, consent = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2]
  local head, recorded, expires = ARGV[at + 3], ARGV[at + 6], ARGV[at + 7]
  local key = tag .. 'r' .. event
  local known = redis.call('GET', key)
  if known then
    results[#results + 1] = known
  else
    local leaf_index = push(logs[number], ARGV[at + 5])
    redis.call('SET', key, head .. struct.pack('>I6', leaf_index) .. ARGV[at + 4], 'PXAT', expires)
    local history = tag .. 'h' .. consent
    redis.call('ZADD', history, recorded, event)
    if redis.call('PEXPIRETIME', history) < tonumber(expires) then
      redis.call('PEXPIREAT', history, expires)
    end
    redis.call('ZADD', tag .. 'x', expires, string.sub(head, 2, 4) .. event .. consent)
    fresh[number] = fresh[number] + 1
    results[#results + 1] = leaf_index
  end
end

local written = 0
for number = 1, count do
  close(logs[number])
  if fresh[number] > 0 then
    redis.call('HINCRBY', tag .. 'live', logs[number].month, fresh[number])
    written = written + fresh[number]
  end
end
-- WAIT confirms the last write of the connection, so a repetition has to write too.
if written == 0 and ARGV[1] == '1' then
  redis.call('SET', tag .. 'mark', '', 'PX', 10000)
end
return results
