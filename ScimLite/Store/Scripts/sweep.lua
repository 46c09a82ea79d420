-- ARGV: most members to take apart at once. Answers the number of groups left.
local id = redis.call('SRANDMEMBER', KEYS[12])
if not id then
  return 0
end
local most = tonumber(ARGV[1])
local members = range(KEYS[6], id, 0, most)
for i = 1, #members do
  redis.call('ZREM', KEYS[6], members[i])
  redis.call('ZREM', KEYS[7], string.sub(members[i], #id + 2) .. '\0' .. id)
end
if #members < most then
  redis.call('SREM', KEYS[12], id)
end
return redis.call('SCARD', KEYS[12])
