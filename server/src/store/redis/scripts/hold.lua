-- Takes a job that nobody holds, holds it for longer, or lets it go. KEYS: the
-- job. ARGV: who holds it, for how many milliseconds more; 0 lets it go.
-- Answers with 0 when another one holds it.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
