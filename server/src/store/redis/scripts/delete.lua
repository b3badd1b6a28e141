-- Deletes records, and writes a purge entry for them or adds them to those that are
-- still to be written into one. ARGV: token; month, leaf and JSON of the purge entry;
-- its reason; how many purge entries a log gets whenever something is deleted, and
-- after that the newest time of the last one before the next; how many erased events
-- are remembered; then for each record its member of the expiry index, the
-- fingerprint of its event, empty when it is not remembered, and until when it is.
-- Returns the number of records, or -1 when one of them was deleted before.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local log, refused = open(ARGV[2])
if refused then return refused end
local members, keys, events, consents, histories, counts, erased = {}, {}, {}, {}, {}, {}, {}
for at = 9, #ARGV, 3 do
  local month, event, consent = parts(ARGV[at])
  members[#members + 1], keys[#keys + 1] = ARGV[at], tag .. 'r' .. event
  events[#events + 1], consents[#consents + 1] = event, consent
  histories[consent] = histories[consent] or {}
  table.insert(histories[consent], event)
  counts[month] = (counts[month] or 0) + 1
  if ARGV[at + 1] ~= '' then
    table.insert(erased, ARGV[at + 2])
    table.insert(erased, ARGV[at + 1])
  end
end
for _, score in ipairs(redis.call('ZMSCORE', tag .. 'x', unpack(members))) do
  if not score then return -1 end
end
-- Redis may have expired some of format 1: the index of times never had them.
for number, bytes in ipairs(redis.call('MGET', unpack(keys))) do
  if bytes then unindex(events[number], consents[number], bytes) end
end
redis.call('DEL', unpack(keys))
redis.call('ZREM', tag .. 'x', unpack(members))
for consent, of_it in pairs(histories) do
  redis.call('ZREM', tag .. 'h' .. consent, unpack(of_it))
  forget_id(consent)
end
for month, count in pairs(counts) do redis.call('HINCRBY', tag .. 'live', month, -count) end
if #erased > 0 then redis.call('ZADD', tag .. 'erased', unpack(erased)) end
redis.call('ZREMRANGEBYRANK', tag .. 'erased', 0, -1 - tonumber(ARGV[8]))
local purges = tag .. 'purges:' .. ARGV[2]
if redis.call('LLEN', purges) < tonumber(ARGV[6])
  or string.match(redis.call('LINDEX', purges, -1), '"purged_at":"([^"]+)"') <= ARGV[7] then
  local leaf_index = push(log, ARGV[3])
  close(log)
  redis.call('RPUSH', purges, leaf_index .. ' ' .. ARGV[4])
else
  for month, count in pairs(counts) do
    redis.call('HINCRBY', tag .. 'pending', ARGV[5] .. ' ' .. month, count)
  end
end
-- The files of Redis have the bytes of these records until it rewrites them.
redis.call('SET', tag .. 'rewrite', ARGV[1])
return answer(ARGV[1], #members)
