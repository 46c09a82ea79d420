-- KEYS: 1 the bucket, "tokens left, at which time in ms". ARGV: tokens a second, most tokens, tokens wanted, now in ms.
-- Answers {tokens granted, ms until there is one where none was granted}.
local rate, burst, wanted, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local left, at = burst, now
local stored = redis.call('GET', KEYS[1])
if stored then
  local tokens, time = string.match(stored, '^(%S+) (%d+)$')
  at = math.max(now, tonumber(time))
  left = math.min(burst, tonumber(tokens) + (at - tonumber(time)) * rate / 1000)
end
local granted = math.min(wanted, math.floor(left))
left = left - granted
redis.call('SET', KEYS[1], string.format('%.6f %d', left, at), 'PX', math.ceil(1000 * burst / rate) + 1000)
return { granted, granted > 0 and 0 or math.ceil((1 - left) * 1000 / rate) }
