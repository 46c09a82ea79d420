-- ARGV: an id, or ''; how many to pass over, how many to answer. Answers {{id, time of deletion in ms, names, document}, …}, last deleted first.
local ids = ARGV[1] == '' and redis.call('ZREVRANGE', KEYS[18], ARGV[2], tonumber(ARGV[2]) + tonumber(ARGV[3]) - 1) or { ARGV[1] }
local result = {}
for i = 1, #ids do
  local time = redis.call('ZSCORE', KEYS[18], ids[i])
  if time then
    local kept = redis.call('HMGET', KEYS[17], 'n' .. ids[i], 'd' .. ids[i])
    result[#result + 1] = { ids[i], time, kept[1], kept[2] }
  end
end
return result
