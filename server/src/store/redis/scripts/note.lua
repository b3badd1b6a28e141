-- Sets a mark, even in a full Redis. KEYS: the mark.

redis.call('SET', KEYS[1], '')
return 1
