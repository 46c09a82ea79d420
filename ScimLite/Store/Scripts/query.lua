-- KEYS: the first seven, and 8 the indexes. ARGV: 1 mode, 2 its argument, 3 its second argument, 4 the boundary to begin at or '', 5 '1' to go backwards,
-- 6 how many to pass over, 7 count, 8 key number of the links or 0, 9 most links in all, 10 most steps to indirect groups for each resource,
-- 11 the index that has to hold every resource or ''.
-- Answers {total, 1 when more come, {id, head, document, links, 1 when links were left out, links to indirect groups, position}, …}; {} when the index does not
-- hold every resource.
local mode, argument, second, boundary, backwards = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local start, count = tonumber(ARGV[6]), tonumber(ARGV[7])

if ARGV[11] ~= '' and redis.call('HEXISTS', KEYS[8], ARGV[11]) == 0 and redis.call('EXISTS', KEYS[3]) == 1 then
  return {}
end

-- Each mode is a stretch of ranks, from low up to high, the rank at which the boundary lies, and what lies at the ranks from
-- first to last: {id, position, id, position, …}. Ranks are found in logarithmic time, where an offset would be counted through.
local low, high, at, read = 0, 0, nil, nil

if mode == 'all' then
  high = redis.call('ZCARD', KEYS[3])
  at = boundary ~= '' and redis.call('ZCOUNT', KEYS[3], '-inf', boundary) or nil
  read = function(first, last)
    return redis.call('ZRANGE', KEYS[3], first, last, 'WITHSCORES')
  end
elseif mode == 'range' then
  low, high = rank(KEYS[4], argument), rank(KEYS[4], second)
  at = boundary ~= '' and rank(KEYS[4], boundary) or nil
  read = function(first, last)
    local places = {}
    for _, entry in ipairs(redis.call('ZRANGE', KEYS[4], first, last)) do
      places[#places + 1] = string.match(entry, '^.*%z(.*)$')
      places[#places + 1] = entry
    end
    return places
  end
else
  -- Few at most, so they are all read: one id, or the groups of a member. A membership of a group that is being swept counts for nothing.
  local ids, skip = { argument }, 0
  if mode == 'member' then
    ids, skip = range(KEYS[7], argument, '0', '-1'), #argument + 1
  elseif mode == 'membership' and not redis.call('ZSCORE', KEYS[6], argument .. '\0' .. second) then
    ids = {}
  end
  local passed = boundary == '' and 0
    or mode == 'member' and rank(KEYS[7], argument .. '\0' .. boundary) - rank(KEYS[7], argument .. '\0')
    or (boundary ~= argument and 1 or 0)
  local there = {}
  for i = 1, #ids do
    local id = string.sub(ids[i], skip + 1)
    if redis.call('HEXISTS', KEYS[2], id) == 1 then
      there[#there + 1] = id
    end
    if i == passed then
      at = #there
    end
  end
  high = #there
  at = boundary ~= '' and (at or 0) or nil
  read = function(first, last)
    local places = {}
    for i = first + 1, last + 1 do
      places[#places + 1] = there[i]
      places[#places + 1] = there[i]
    end
    return places
  end
end

local first, size, more = cut(low, high, at, backwards, start, count)
local places = size > 0 and read(first, first + size - 1) or {}

local result = { high - low, more }
local budget, steps = tonumber(ARGV[9]), tonumber(ARGV[10])
for i = 1, size do
  local place = 2 * (backwards and size - i or i - 1)
  local id, position = places[place + 1], places[place + 2]
  local head = redis.call('HGET', KEYS[2], id)
  local followed, left_out, indirect = {}, 0, {}
  if ARGV[8] ~= '0' then
    if budget > 0 then
      followed = links(KEYS[tonumber(ARGV[8])], KEYS[5], id, '', budget)
      budget = budget - math.floor(#followed / 2)
    end
    left_out = budget <= 0 and 1 or 0
    if left_out == 0 then
      local taken
      indirect, taken = above(KEYS[tonumber(ARGV[8])], KEYS[5], followed, steps)
      budget = budget - taken
    end
  end
  result[#result + 1] = { id, string.match(head, '^[^\n]*'), redis.call('HGET', KEYS[1], id), followed, left_out, indirect, position }
end
return result
