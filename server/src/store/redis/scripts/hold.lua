-- Takes a job that is free, holds it for longer, or releases it. KEYS: the job.
-- ARGV: the holder, the milliseconds from now; 0 releases it.
-- Returns 0 when another holder has it.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
