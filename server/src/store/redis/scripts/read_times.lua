-- Reads members of an index of times, the highest score first, as one text: a reply with
-- thousands of values takes much longer to read. KEYS: the index. ARGV: the highest score, the
-- lowest, how many are passed over, how many are read.
-- Returns for each member its length (2 bytes), its score (a double of 8 bytes), and itself.

local found =
  redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'BYSCORE', 'REV', 'LIMIT', ARGV[3], ARGV[4], 'WITHSCORES')
local parts = {}
for at = 1, #found, 2 do
  parts[at] = struct.pack('>I2d', #found[at], tonumber(found[at + 1]))
  parts[at + 1] = found[at]
end
return table.concat(parts)
