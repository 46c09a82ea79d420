-- KEYS: status, cycles, unchanged, ignored, order of the users, users not active, order of the groups, guard.
-- Answers all of it.
return {
  redis.call('HGETALL', KEYS[1]),
  redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('ZREVRANGE', KEYS[3], 0, -1, 'WITHSCORES'),
  redis.call('ZREVRANGE', KEYS[4], 0, -1, 'WITHSCORES'),
  redis.call('ZCARD', KEYS[5]),
  redis.call('SCARD', KEYS[6]),
  redis.call('ZCARD', KEYS[7]),
  redis.call('HGETALL', KEYS[8]),
}
