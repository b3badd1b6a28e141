-- Carries records of an earlier format over: takes the expiry of Redis from records and
-- their histories, and adds them to the indexes of times and of consent ids. ARGV: 1 when
-- the newest time is to be raised to theirs, else 0; then the members of the index of
-- expiries.

local newest = 0
for at = 2, #ARGV do
  local _, event, consent = parts(ARGV[at])
  local key, history = tag .. 'r' .. event, tag .. 'h' .. consent
  redis.call('PERSIST', key)
  redis.call('PERSIST', history)
  local bytes, recorded = redis.call('GET', key), redis.call('ZSCORE', history, event)
  if bytes and recorded then index(event, consent, bytes, recorded) end
  newest = math.max(newest, tonumber(recorded or '0'))
end
if ARGV[1] == '1' then raise(newest) end
return #ARGV
