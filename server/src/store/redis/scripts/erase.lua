-- Deletes every record of a consent id. ARGV: token, consent id.
-- Answers with their number.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local consent, count = ARGV[2], 0
for _, event in ipairs(redis.call('ZRANGE', tag .. 'h' .. consent, 0, -1)) do
  local record = redis.call('GET', tag .. 'r' .. event)
  -- What has just expired is left to the job, which counts it.
  if record then
    forget(string.sub(record, 2, 3) .. event .. consent)
    count = count + 1
  end
end
return answer(ARGV[1], count)
