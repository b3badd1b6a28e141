-- Appends records with their leaves. ARGV:
--   the time of the server, by how much clocks may differ, and the newest time of
--   the records, all in milliseconds;
--   1 when a WAIT follows, so that the script has to write something;
--   the number of notices, then the number and hash of each;
--   the number of logs, then the month of each;
--   the most records of a consent id, in all and in a day;
--   for each record the number of its log, its event id, its consent id, its
--   bytes before and after the leaf's index, its leaf, when it was recorded and
--   when it expires, both in milliseconds since 1970, the event id of the receipt
--   that its sender has shown, empty without one, and its fingerprint as an erased
--   event.
-- Returns for each record the index of its leaf, or the record that is stored
-- under its event id, or NOTHELD when its sender is not the holder of the consent
-- id's records, or TOOMANY, or nothing when it was erased. Returns SETBACK when a
-- notice no longer has its number, AHEAD or BEHIND and the other time when the clock
-- of the server is that.

local now, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local own = time[1] * 1000 + math.floor(time[2] / 1000)
if now - own > tolerance then
  return redis.status_reply(string.format('AHEAD %d', own))
end
local newest = tonumber(redis.call('GET', tag .. 'newest') or '0')
if newest - now > tolerance then
  return redis.status_reply(string.format('BEHIND %d', newest))
end

local logs, results, fresh = {}, {}, {}
local first = 6
for _ = 1, tonumber(ARGV[5]) do
  if redis.call('HGET', tag .. 'notices', ARGV[first]) ~= ARGV[first + 1] then
    return redis.status_reply('SETBACK')
  end
  first = first + 2
end
local count = tonumber(ARGV[first])
local history_max, day_max = tonumber(ARGV[first + count + 1]), tonumber(ARGV[first + count + 2])

-- The digest of the holder's secret in the bytes of a record; '' without one.
local function digest(bytes)
  if string.byte(bytes) == 2 then return string.sub(bytes, 92, 107) end
  return ''
end

-- The same for the records of a consent id; nil when it has none.
local function held(history)
  -- Redis may have expired the newest ones.
  for _, event in ipairs(redis.call('ZREVRANGE', history, 0, 9)) do
    local bytes = redis.call('GETRANGE', tag .. 'r' .. event, 0, 106)
    if bytes ~= '' then return digest(bytes) end
  end
end

local function full(history, recorded)
  return redis.call('ZCARD', history) >= history_max
    or redis.call('ZCOUNT', history, '(' .. (recorded - 86400000), '+inf') >= day_max
end

for number = 1, count do
  local log, refused = open(ARGV[first + number])
  if refused then return refused end
  logs[number], fresh[number] = log, 0
end

local erased = redis.call('EXISTS', tag .. 'erased') == 1
for at = first + count + 3, #ARGV, 10 do
  local number, event, consent = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2]
  local head, recorded, expires = ARGV[at + 3], ARGV[at + 6], ARGV[at + 7]
  local key, history, tail = tag .. 'r' .. event, tag .. 'h' .. consent, ARGV[at + 4]
  local known, holder = redis.call('GET', key), held(history)
  local shown = digest(head .. '......' .. tail)
  local held_by_sender = shown ~= '' and shown == holder
    or ARGV[at + 8] ~= '' and redis.call('ZSCORE', history, ARGV[at + 8])
  -- The commitment key is random: a record that has it was stored by an earlier attempt of this call.
  if known and string.sub(known, 51, 82) == string.sub(tail, 41, 72) then
    results[#results + 1] = known
  elseif holder and not held_by_sender then
    results[#results + 1] = redis.status_reply('NOTHELD')
  elseif known then
    results[#results + 1] = known
  elseif erased and redis.call('ZSCORE', tag .. 'erased', ARGV[at + 9]) then
    results[#results + 1] = false
  elseif full(history, recorded) then
    results[#results + 1] = redis.status_reply('TOOMANY')
  else
    if shown == '' and holder and holder ~= '' then
      head, tail = '\2' .. string.sub(head, 2), string.sub(tail, 1, 81) .. holder .. string.sub(tail, 82)
    end
    local leaf_index = push(logs[number], ARGV[at + 5])
    local bytes = head .. struct.pack('>I6', leaf_index) .. tail
    redis.call('SET', key, bytes)
    index(event, consent, bytes, recorded)
    redis.call('ZADD', history, recorded, event)
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
if written > 0 then
  raise(ARGV[3])
elseif ARGV[4] == '1' then
  -- WAIT confirms the last write of the connection, so a repetition has to write too.
  redis.call('SET', tag .. 'mark', '', 'PX', 10000)
end
return results
