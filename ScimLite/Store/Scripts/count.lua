-- KEYS: status, cycles, unchanged, ignored, request, order of the users. ARGV: silence in ms; first call, last call, probe, creation of a user and of
-- a group in ms ('' for none); most cycles, most counted; number of counts, of unchanged resources and of ignored attributes; then each name with
-- its number. Answers nothing.
-- status is a hash: when things happened, and under c: the cycle that is going on.
if not redis.call('SET', KEYS[5], '1', 'NX', 'EX', 60) then
  return 0
end
local function later(field, time)
  if time ~= '' and tonumber(time) > tonumber(redis.call('HGET', KEYS[1], field) or 0) then
    redis.call('HSET', KEYS[1], field, time)
  end
end
local first, last = ARGV[2], ARGV[3]
local counts = tonumber(ARGV[9])
local at = 12
if first ~= '' then
  local before = redis.call('HGET', KEYS[1], 'c:last')
  if before and tonumber(first) - tonumber(before) > tonumber(ARGV[1]) then
    -- The cycle before is over: it becomes one line of names and numbers.
    local fields = redis.call('HGETALL', KEYS[1])
    local line = {}
    for i = 1, #fields, 2 do
      if string.sub(fields[i], 1, 2) == 'c:' then
        line[#line + 1] = string.sub(fields[i], 3)
        line[#line + 1] = fields[i + 1]
        redis.call('HDEL', KEYS[1], fields[i])
      end
    end
    redis.call('LPUSH', KEYS[2], table.concat(line, ' '))
    redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[7]) - 1)
  end
  if redis.call('HSETNX', KEYS[1], 'c:first', first) == 1 then
    redis.call('HSET', KEYS[1], 'c:createdBefore', redis.call('HEXISTS', KEYS[1], 'created'))
  elseif tonumber(first) < tonumber(redis.call('HGET', KEYS[1], 'c:first')) then
    redis.call('HSET', KEYS[1], 'c:first', first)
  end
  later('c:last', last)
  later('lastCall', last)
  for i = at, at + 2 * (counts - 1), 2 do
    redis.call('HINCRBY', KEYS[1], 'c:' .. ARGV[i], ARGV[i + 1])
    if string.find(ARGV[i], '^create%.') and string.find(ARGV[i], '%.created$') then
      redis.call('HSET', KEYS[1], 'created', '1')
    end
  end
  redis.call('HSET', KEYS[1], 'c:users', redis.call('ZCARD', KEYS[6]))
end
at = at + 2 * counts
later('lastCall', ARGV[4])
later('lastProbe', ARGV[4])
if ARGV[5] ~= '' then
  redis.call('HSETNX', KEYS[1], 'firstUser', ARGV[5])
end
if ARGV[6] ~= '' then
  redis.call('HSETNX', KEYS[1], 'firstGroup', ARGV[6])
end
for key = 3, 4 do
  local number = tonumber(ARGV[7 + key])
  for i = at, at + 2 * (number - 1), 2 do
    redis.call('ZINCRBY', KEYS[key], ARGV[i + 1], ARGV[i])
  end
  if number > 0 then
    redis.call('ZREMRANGEBYRANK', KEYS[key], 0, -1 - tonumber(ARGV[8]))
    redis.call('EXPIRE', KEYS[key], 604800)
  end
  at = at + 2 * number
end
return 1
