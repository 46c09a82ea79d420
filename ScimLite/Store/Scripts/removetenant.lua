-- KEYS: 1 heads, 2 bodies, 3 handles, 4 leaving, 5 the tenant's last uses, 6 the record that the write is done. ARGV: id, now in ms. Answers 1, or 0 where there is none.
local head = redis.call('HGET', KEYS[1], ARGV[1])
if not head then
  return redis.call('ZSCORE', KEYS[4], ARGV[1]) and 1 or 0
end
for handle in string.gmatch(string.match(head, '\n(.*)$'), '[^\n]+') do
  redis.call('HDEL', KEYS[3], handle)
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[5])
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
redis.call('SET', KEYS[6], 1, 'EX', 60)
return 1
