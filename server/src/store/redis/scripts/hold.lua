#!lua
-- Holds a job for longer, or lets it go. KEYS: the job. ARGV: who holds it, for
-- how many milliseconds more. Answers with 1 when it was held by this one.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
