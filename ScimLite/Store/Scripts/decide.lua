-- ARGV: state ('' counts removals from zero again), now in ms, until when in ms, what the log calls it, activity entry, oldest entry in ms, most
-- entries. Answers nothing.
if redis.call('GET', KEYS[11]) then
  return 0
end
-- How many there were when they were paused is told as long as they are.
local removals = ARGV[1] == 'kept' and redis.call('HGET', KEYS[14], 'removals') or '0'
-- Removals made before "from" count no more, of whatever resource type.
redis.call('DEL', KEYS[14])
redis.call('HSET', KEYS[14], 'state', ARGV[1], 'since', ARGV[2], 'until', ARGV[3], 'from', ARGV[2], 'removals', removals)
log_apart(redis.call('ZSCORE', KEYS[13], '-') or '0', ARGV[4], {}, {}, ARGV[2], ARGV[5], ARGV[6], ARGV[7], '-', '')
redis.call('SET', KEYS[11], '1', 'EX', 60)
return 1
