-- ARGV: only entries before this sequence number, most entries. Answers them, newest first.
return redis.call('ZREVRANGEBYSCORE', KEYS[8], ARGV[1] == '' and '+inf' or ('(' .. ARGV[1]), '-inf', 'LIMIT', 0, ARGV[2])
