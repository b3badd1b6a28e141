-- Stores entries of another store's audit trail. ARGV: for each its month, its index,
-- what stays of it, its target and its consent id, which are empty when it has none.

for at = 1, #ARGV, 5 do
  local month, index, fixed = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local there = redis.call('HGET', entries(month), index)
  if there and there ~= fixed then
    return redis.error_reply('TAKEN another entry of the audit trail has the index ' .. index)
  end
  forget_target(month, index)
  put_entry(month, index, fixed, ARGV[at + 3], ARGV[at + 4])
end
return 1
