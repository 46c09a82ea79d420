-- KEYS: the secret. ARGV: what it is if there is none yet. Answers what it is: of several replicas that start at once, one is the first.
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
