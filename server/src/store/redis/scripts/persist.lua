-- Takes the expiry of Redis from records and their histories, and raises the newest
-- time to theirs. ARGV: the members of the expiry index.

local newest = 0
for at = 1, #ARGV do
  local _, event, consent = parts(ARGV[at])
  local history = tag .. 'h' .. consent
  redis.call('PERSIST', tag .. 'r' .. event)
  redis.call('PERSIST', history)
  newest = math.max(newest, tonumber(redis.call('ZSCORE', history, event) or '0'))
end
raise(newest)
return #ARGV
