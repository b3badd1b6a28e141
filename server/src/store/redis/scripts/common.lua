-- The beginning of every script that changes a shard of a site.
--
-- KEYS[1] is the shard's hash tag, such as {boreale}. Neither it nor KEYS[2] is
-- the name of a key: while a slot moves, every node refuses two missing keys.
-- Every key of a shard begins with its tag, so all of them are in one slot, and
-- a script in that slot may build their names.

local tag = KEYS[1]

-- The hashes of a level are in strings of up to 65,536 hashes of 32 bytes.
local CHUNK = 65536
local HASH = 32

local function tree(month, level, chunk)
  return string.format('%stree:%s:%d:%d', tag, month, level, chunk)
end

-- Returns the log of a month; nil and an error when nothing may be added to it.
local function open(month)
  local size = tonumber(redis.call('HGET', tag .. 'logs', month) or '0')
  if size == 0 and redis.call('HEXISTS', tag .. 'heads', month) == 1 then
    return nil, redis.error_reply('CLOSED the log of ' .. month .. ' was closed and dropped')
  end
  local last = redis.call('STRLEN', tree(month, 0, math.floor(size / CHUNK)))
  if last ~= (size % CHUNK) * HASH then
    return nil, redis.error_reply('TORN the log of ' .. month .. ' does not have the leaves it counts')
  end
  return { month = month, size = size, start = size, leaves = {} }
end

-- Adds a leaf and returns its index.
local function push(log, leaf)
  local leaf_index = log.size
  log.leaves[#log.leaves + 1] = leaf
  log.size = leaf_index + 1
  return leaf_index
end

-- Writes the added leaves.
local function close(log)
  if log.size == log.start then return end
  local first = 1
  while first <= #log.leaves do
    local leaf_index = log.start + first - 1
    local last = math.min(#log.leaves, first + CHUNK - 1 - leaf_index % CHUNK)
    redis.call('APPEND', tree(log.month, 0, math.floor(leaf_index / CHUNK)), table.concat(log.leaves, '', first, last))
    first = last + 1
  end
  redis.call('HSET', tag .. 'logs', log.month, log.size)
end

-- A call that is repeated because its answer was lost gets the first answer.
local function answered(token)
  return redis.call('GET', tag .. 'done:' .. token)
end

local function answer(token, value)
  redis.call('SET', tag .. 'done:' .. token, value, 'PX', 10000)
  return value
end

-- Raises the newest committed time of the shard, in milliseconds since 1970.
local function raise(time)
  local newest = redis.call('GET', tag .. 'newest')
  if tonumber(time) > tonumber(newest or '0') then
    redis.call('SET', tag .. 'newest', string.format('%d', tonumber(time)))
  end
end

-- The parts of a member of the expiry index: the log's month, event id and consent id.
local function parts(member)
  local count = struct.unpack('>I3', member)
  local month = string.format('%04d-%02d', math.floor(count / 12), count % 12 + 1)
  return month, string.sub(member, 4, 19), string.sub(member, 20, 35)
end

-- The member of a record in the index of times: its event id and consent id, then of its
-- bytes the low six of the time recorded, action, layer, language and the number of its
-- notice, and its choices.
local function facts(event, bytes)
  local choices = 92
  if string.byte(bytes) == 2 then choices = choices + 16 end
  if math.floor((string.byte(bytes, 83) or 0) / 4) % 2 == 1 then choices = choices + 16 end
  return event .. string.sub(bytes, 11, 26) .. string.sub(bytes, 29, 34) .. string.sub(bytes, 84, 91)
    .. string.sub(bytes, choices)
end

-- The key of the consent ids that begin with the same four bytes.
local function ids(consent)
  return tag .. 'c' .. string.sub(consent, 1, 4)
end

-- Adds a stored record to the indexes of times and of consent ids.
local function index(event, consent, bytes, recorded)
  redis.call('ZADD', tag .. 't', recorded, facts(event, bytes))
  redis.call('ZADD', ids(consent), 0, consent)
end

-- Takes a record from the index of times, before it is taken from the history of its consent id. Where its
-- bytes were changed, its member is found by its time recorded, which that history has.
local function unindex(event, consent, bytes)
  if redis.call('ZREM', tag .. 't', facts(event, bytes)) == 1 then return end
  local recorded = redis.call('ZSCORE', tag .. 'h' .. consent, event)
  if not recorded then return end
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', tag .. 't', recorded, recorded)) do
    if string.sub(member, 1, 16) == event then redis.call('ZREM', tag .. 't', member) end
  end
end

-- Takes a consent id from its index when it has no record any more.
local function forget_id(consent)
  if redis.call('EXISTS', tag .. 'h' .. consent) == 0 then redis.call('ZREM', ids(consent), consent) end
end
