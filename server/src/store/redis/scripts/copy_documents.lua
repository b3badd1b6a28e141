-- Stores documents of another store. ARGV: for each its kind, its id, its end in
-- milliseconds since 1970 or '-', and all its bytes.

for at = 1, #ARGV, 4 do put(ARGV[at], ARGV[at + 1], ARGV[at + 3], ARGV[at + 2]) end
return 1
