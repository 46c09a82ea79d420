-- ARGV: what was deleted before this time in ms goes, and entries older than this one; most entries, most of both at once. Answers how many went.
local gone = redis.call('ZRANGEBYSCORE', KEYS[18], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[4])
for i = 1, #gone do
  local entry = drop_deleted(gone[i])
  if redis.call('HEXISTS', KEYS[8], entry) == 1 then
    redis.call('ZADD', KEYS[13], entry, gone[i])
  end
end
return #gone + trim_log(ARGV[2], ARGV[3], tonumber(ARGV[4]))
