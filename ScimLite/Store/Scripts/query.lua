-- KEYS: the first seven. ARGV: mode, its argument, its second argument, start, count, key number of the links or 0, most links in all,
-- most steps to indirect groups for each resource.
-- Answers {total (mode after: where to go on), {id, head, document, links, 1 when links were left out, links to indirect groups}, …}.
local mode, argument, second = ARGV[1], ARGV[2], ARGV[3]
local start, count = tonumber(ARGV[4]), tonumber(ARGV[5])
local total, ids = 0, {}

if mode == 'all' then
  total = redis.call('ZCARD', KEYS[3])
  ids = count > 0 and redis.call('ZRANGE', KEYS[3], start, start + count - 1) or {}
elseif mode == 'after' then
  local found = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. argument, '+inf', 'WITHSCORES', 'LIMIT', 0, count)
  total = argument
  for i = 1, #found, 2 do
    ids[#ids + 1] = found[i]
    total = found[i + 1]
  end
elseif mode == 'term' then
  total = redis.call('ZLEXCOUNT', KEYS[4], '[' .. argument .. '\0', '(' .. argument .. '\1')
  local found = count > 0 and range(KEYS[4], argument, start, count) or {}
  for i = 1, #found do
    ids[i] = string.sub(found[i], #argument + 2)
  end
elseif mode == 'id' or mode == 'membership' then
  local there = redis.call('HEXISTS', KEYS[2], argument) == 1
  if there and (mode == 'id' or redis.call('ZSCORE', KEYS[6], argument .. '\0' .. second)) then
    total = 1
    ids = (start == 0 and count > 0) and { argument } or {}
  end
else
  -- 'member': a membership of a group that is being swept counts for nothing, so each is looked at; a user has few groups.
  local found = range(KEYS[7], argument, 0, -1)
  for i = 1, #found do
    local group = string.sub(found[i], #argument + 2)
    if redis.call('HEXISTS', KEYS[2], group) == 1 then
      total = total + 1
      if total > start and #ids < count then
        ids[#ids + 1] = group
      end
    end
  end
end

local result = { total }
local budget, steps = tonumber(ARGV[7]), tonumber(ARGV[8])
for i = 1, #ids do
  local head = redis.call('HGET', KEYS[2], ids[i])
  local followed, left_out, indirect = {}, 0, {}
  if ARGV[6] ~= '0' then
    if budget > 0 then
      followed = links(KEYS[tonumber(ARGV[6])], KEYS[5], ids[i], '', budget)
      budget = budget - math.floor(#followed / 2)
    end
    left_out = budget <= 0 and 1 or 0
    if left_out == 0 then
      local taken
      indirect, taken = above(KEYS[tonumber(ARGV[6])], KEYS[5], followed, steps)
      budget = budget - taken
    end
  end
  result[#result + 1] = { ids[i], string.match(head, '^[^\n]*'), redis.call('HGET', KEYS[1], ids[i]), followed, left_out, indirect }
end
return result
