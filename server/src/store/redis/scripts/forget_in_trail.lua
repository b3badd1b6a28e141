-- Forgets the targets of entries of the audit trail that name a consent id.
-- ARGV: token, the consent id, the most of this call.
-- Returns how many there were.

local before = repeated(ARGV[1])
if before then return tonumber(before) end
-- The character after the space is '!'.
local members = redis.call('ZRANGEBYLEX', tag .. 'names', '[' .. ARGV[2] .. ' ', '(' .. ARGV[2] .. '!', 'LIMIT', 0, ARGV[3])
for _, member in ipairs(members) do
  forget_target(string.match(member, '^%S+ (%S+) (%d+)$'))
end
if #members > 0 then rewrite(ARGV[1]) end
return answer(ARGV[1], #members)
