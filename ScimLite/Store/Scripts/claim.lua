-- KEYS: status. ARGV: kind of warning, which event. Answers 1 to the first that asks for it.
local field = 'warned:' .. ARGV[1]
if redis.call('HGET', KEYS[1], field) == ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], field, ARGV[2])
return 1
