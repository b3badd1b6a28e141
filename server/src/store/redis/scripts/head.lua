-- Keeps the newest signed head of a log that is there. ARGV: month, head.

if redis.call('HEXISTS', tag .. 'logs', ARGV[1]) == 0 then return 0 end
redis.call('HSET', tag .. 'heads', ARGV[1], ARGV[2])
return 1
