-- Keeps the newest signed head of an existing log. ARGV: month, head.

if redis.call('HEXISTS', tag .. 'logs', ARGV[1]) == 0 then return 0 end
redis.call('HSET', tag .. 'heads', ARGV[1], ARGV[2])
return 1
