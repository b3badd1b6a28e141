-- The beginning of every script that changes what the console keeps. Its tag is that
-- of the console.

-- As answered(). WAIT confirms the last write of the connection, so a repetition has to
-- write too.
local function repeated(token)
  local before = answered(token)
  if before then redis.call('SET', tag .. 'mark', '', 'PX', 10000) end
  return before
end

local function documents(kind)
  return tag .. 'documents:' .. kind
end

-- Stores a document, with its end in milliseconds since 1970 or '-'.
local function put(kind, id, value, ends)
  redis.call('HSET', documents(kind), id, value)
  if ends == '-' then
    redis.call('ZREM', tag .. 'ends', kind .. ' ' .. id)
  else
    redis.call('ZADD', tag .. 'ends', ends, kind .. ' ' .. id)
  end
end

-- Deletes a document and returns the number of documents deleted.
local function remove(kind, id)
  redis.call('ZREM', tag .. 'ends', kind .. ' ' .. id)
  return redis.call('HDEL', documents(kind), id)
end

local function entries(month)
  return tag .. 'trail:' .. month
end

-- Stores an entry of the trail: what stays of it, its target and its consent id, which
-- are empty when it has none.
local function put_entry(month, index, fixed, target, consent)
  redis.call('HSET', entries(month), index, fixed)
  if target ~= '' then redis.call('HSET', entries(month), index .. ' t', target) end
  if consent ~= '' then redis.call('ZADD', tag .. 'names', 0, consent .. ' ' .. month .. ' ' .. index) end
end

-- The files of Redis have the bytes of what is deleted until it rewrites them.
local function rewrite(token)
  redis.call('SET', tag .. 'rewrite', token)
end

-- Forgets the target of an entry.
local function forget_target(month, index)
  local key, field = entries(month), index .. ' t'
  local consent = string.match(redis.call('HGET', key, field) or '', '^%S+')
  if consent then redis.call('ZREM', tag .. 'names', consent .. ' ' .. month .. ' ' .. index) end
  return redis.call('HDEL', key, field)
end
