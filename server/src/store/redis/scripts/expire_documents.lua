-- Deletes documents whose end has come. ARGV: token, now in milliseconds since 1970, the
-- most of this call.
-- Returns how many there were.

local before = repeated(ARGV[1])
if before then return tonumber(before) end
local due = redis.call('ZRANGEBYSCORE', tag .. 'ends', '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(due) do
  local kind, id = string.match(member, '^(%S+) (.*)$')
  remove(kind, id)
end
if #due > 0 then rewrite(ARGV[1]) end
return answer(ARGV[1], #due)
