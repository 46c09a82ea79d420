-- ARGV: most members to take apart at once. Answers the number of groups left.
local id = redis.call('SRANDMEMBER', KEYS[12])
if not id then
  return 0
end
local most = tonumber(ARGV[1])
if #take_apart(id, most) < most then
  redis.call('SREM', KEYS[12], id)
end
return redis.call('SCARD', KEYS[12])
