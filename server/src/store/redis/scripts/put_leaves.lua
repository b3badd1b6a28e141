-- Puts a stretch of another store's log at the end of one. ARGV: token, month,
-- where the stretch begins, its leaves in one string, then the entries among
-- them, each as its place and its JSON.
-- Answers with the size of the log, or with -1 when it ends elsewhere.

local before = answered(ARGV[1])
if before then return tonumber(before) end
local log, refused = open(ARGV[2])
if refused then return refused end
if log.size ~= tonumber(ARGV[3]) then return -1 end
for at = 1, #ARGV[4], HASH do
  push(log, string.sub(ARGV[4], at, at + HASH - 1))
end
close(log)
for at = 5, #ARGV do
  redis.call('RPUSH', tag .. 'entries:' .. ARGV[2], ARGV[at])
end
return answer(ARGV[1], log.size)
