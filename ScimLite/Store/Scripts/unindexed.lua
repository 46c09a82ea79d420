-- ARGV: 1 the indexes that are asked for, a line each, 2 a name for the walk if it begins here, 3 how many resources to read.
-- Answers {} when the indexes hold every resource; else the walk and {id, position, head, document} of the next resources in it.
local indexes, complete = {}, true
for index in string.gmatch(ARGV[1], '[^\n]+') do
  indexes[#indexes + 1] = index
end
local known = redis.call('HMGET', KEYS[21], unpack(indexes))
for i = 1, #indexes do
  complete = complete and known[i]
end
if complete or redis.call('EXISTS', KEYS[3]) == 0 then
  return {}
end

-- From here on a write that does not know the indexes ends the walk.
write_for(ARGV[1])
local walk = redis.call('HGET', KEYS[21], 'walk')
if not walk then
  walk = ARGV[2] .. ' 0'
  redis.call('HSET', KEYS[21], 'walk', walk)
end
local result = { walk }
local places = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. string.match(walk, ' (.*)$'), '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for i = 1, #places, 2 do
  local id = places[i]
  result[#result + 1] = { id, places[i + 1], redis.call('HGET', KEYS[2], id), redis.call('HGET', KEYS[1], id) }
end
return result
