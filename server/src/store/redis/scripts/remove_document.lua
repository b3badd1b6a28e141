-- Deletes a document. ARGV: token, kind, id.
-- Returns the number of documents deleted.

local before = repeated(ARGV[1])
if before then return tonumber(before) end
rewrite(ARGV[1])
return answer(ARGV[1], remove(ARGV[2], ARGV[3]))
