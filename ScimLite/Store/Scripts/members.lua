-- KEYS: heads, names, members. ARGV: group, the one member to look for or '', the boundary to begin at or '', '1' to go backwards, how many to
-- pass over, count. Answers {total, 1 when more come, {member, name, …}}, or {} when there is no such group.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return {}
end
local prefix = ARGV[1] .. '\0'
local low, high = rank(KEYS[3], prefix), rank(KEYS[3], ARGV[1] .. '\1')
if ARGV[2] ~= '' then
  low, high = rank(KEYS[3], prefix .. ARGV[2]), rank(KEYS[3], prefix .. ARGV[2] .. '\0')
end
local at = ARGV[3] ~= '' and rank(KEYS[3], prefix .. ARGV[3]) or nil
local first, size, more = cut(low, high, at, ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6]))
local found = size > 0 and redis.call('ZRANGE', KEYS[3], first, first + size - 1) or {}
local result = {}
for from = 1, #found, CHUNK do
  local ids = {}
  for i = from, math.min(from + CHUNK - 1, #found) do
    ids[#ids + 1] = string.sub(found[i], #prefix + 1)
  end
  local names = redis.call('HMGET', KEYS[2], unpack(ids))
  for i = 1, #ids do
    result[#result + 1] = ids[i]
    result[#result + 1] = names[i] or ''
  end
end
return { high - low, more, result }
