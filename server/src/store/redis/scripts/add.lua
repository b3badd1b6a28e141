-- Appends an element to a list, unless an element contains the name.
-- KEYS: the list. ARGV: the name, the element.

for _, element in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if string.find(element, ARGV[1], 1, true) then return 0 end
end
redis.call('RPUSH', KEYS[1], ARGV[2])
return 1
