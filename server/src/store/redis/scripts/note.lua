-- Notes something, also in a full Redis. KEYS: what.

redis.call('SET', KEYS[1], '')
return 1
