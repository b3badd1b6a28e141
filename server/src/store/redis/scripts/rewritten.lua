-- Removes the duty to rewrite the files, unless records were deleted since it was
-- read. ARGV: its value then. Returns 1 when it did.

if redis.call('GET', tag .. 'rewrite') ~= ARGV[1] then return 0 end
return redis.call('DEL', tag .. 'rewrite')
