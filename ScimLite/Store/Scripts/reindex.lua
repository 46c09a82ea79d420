-- ARGV: 1 the walk as it was read, 2 '1' when nothing comes behind these resources, 3 the indexes, a line each; then for each resource its id,
-- position and head as they were read, its terms, a line each, and those of them that have to be unique.
-- Answers {1 when the indexes hold every resource, {term, id, another that has it too}, …}.
if redis.call('HGET', KEYS[21], 'walk') ~= ARGV[1] then
  return { 0 }
end

local result, position, changed = { 0 }, nil, false
for i = 4, #ARGV, 5 do
  local id, head, terms = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  local now = redis.call('HGET', KEYS[2], id)
  -- One that was changed meanwhile is read again, by a step that begins with it.
  changed = now and now ~= head
  if changed then
    break
  end
  position = ARGV[i + 1]
  if now then
    local version, created, modified, old_terms, entry = read_head(head)
    local kept = {}
    for term in string.gmatch(terms, '[^\n]+') do
      kept[term] = true
    end
    for term in string.gmatch(old_terms, '[^\n]+') do
      if not kept[term] then
        redis.call('ZREM', KEYS[4], term .. '\0' .. id)
      end
    end
    for term in string.gmatch(terms, '[^\n]+') do
      redis.call('ZADD', KEYS[4], '0', term .. '\0' .. id)
    end
    redis.call('HSET', KEYS[2], id, write_head(version, created, modified, terms, entry))
    for term in string.gmatch(ARGV[i + 4], '[^\n]+') do
      local holders = range(KEYS[4], term, '0', '2')
      for h = 1, #holders do
        if holders[h] ~= term .. '\0' .. id and #result <= 10 then
          result[#result + 1] = { term, id, string.sub(holders[h], #term + 2) }
        end
      end
    end
  end
end

if ARGV[2] == '1' and not changed then
  redis.call('HDEL', KEYS[21], 'walk')
  for index in string.gmatch(ARGV[3], '[^\n]+') do
    redis.call('HSET', KEYS[21], index, '1')
  end
  result[1] = 1
elseif position then
  redis.call('HSET', KEYS[21], 'walk', string.match(ARGV[1], '^%S+') .. ' ' .. position)
end
return result
