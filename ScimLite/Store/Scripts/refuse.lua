-- KEYS: 1 names of refused credentials, scored by the last time; 2 hash: f:name -> facts, n:name -> count, m:minute of the hour -> "minute count";
-- 3 the record that this was done. ARGV: oldest time kept in ms, most names, life in s; then for each: name, facts, last time in ms, count.
-- Answers {'noted'}, or {'repeated'} when the answer to the first time was lost.
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', 60) then
  return { 'repeated' }
end
for i = 4, #ARGV, 4 do
  local name, last, count = ARGV[i], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local before = redis.call('ZSCORE', KEYS[1], name)
  if not before or tonumber(before) <= last then
    redis.call('ZADD', KEYS[1], ARGV[i + 2], name)
    redis.call('HSET', KEYS[2], 'f:' .. name, ARGV[i + 1])
  end
  redis.call('HINCRBY', KEYS[2], 'n:' .. name, ARGV[i + 3])
  local minute = math.floor(last / 60000)
  local slot = 'm:' .. string.format('%d', minute % 60)
  local at, number = string.match(redis.call('HGET', KEYS[2], slot) or '', '^(%d+) (%d+)$')
  at, number = tonumber(at or 0), tonumber(number or 0)
  if at <= minute then
    redis.call('HSET', KEYS[2], slot, string.format('%d %d', minute, (at == minute and number or 0) + count))
  end
end
local function drop(names)
  for i = 1, #names do
    redis.call('ZREM', KEYS[1], names[i])
    redis.call('HDEL', KEYS[2], 'f:' .. names[i], 'n:' .. names[i])
  end
end
drop(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1]))
drop(redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[2])))
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return { 'noted' }
