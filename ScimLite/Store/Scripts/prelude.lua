-- What the scripts of the store share: before each stand those of these functions that it uses. Keys are declared by the caller, in this order
-- (a script that only reads declares those that it names itself, since each key costs time):
-- 1 documents   hash  id -> JSON document
-- 2 heads       hash  id -> "version created modified entry\nterm\nterm…", where entry is the number of the last log entry about it
-- 3 order       zset  id, scored by the order of creation
-- 4 index       zset  term \0 id, all scores 0
-- 5 names       hash  id -> "Type\0name for people\0userName", of all resource types
-- 6 members     zset  group \0 member, all scores 0
-- 7 memberOf    zset  member \0 group, all scores 0
-- 8 log         hash  number -> "time outcome added removed previous failure id", what was asked for, the document created or nothing, the first ids of
--                     members that came and of those that went as JSON or nothing, and the resource's names, a line each, of each entry of the
--                     activity log; previous and failure are the numbers of the last entry before it about the same resource, and of the last
--                     failure. And 'last' -> the newest number. Entries are numbered without a gap, so how many there are tells the oldest
-- 9 sequence    counter of creations
-- 10 groups     heads of the resource type that has members
-- 11 request    outcome of the request, for a replay
-- 12 sweep      set   deleted groups whose memberships are still being taken apart
-- 13 tails      zset  id of a resource that is neither there nor kept, '-' for what is about none, '!' for failures, scored by the number of the last entry
--                     about it
-- 14 guard      hash  state of the guard against mass removal
-- 15 removals   zset  deactivations and deletions in the guard's window, scored by time
-- 16 inactive   set   ids of the resources that are not active
-- 17 deleted    hash  what is kept of deleted resources: h id -> head, d id -> document, n id -> names, g id -> groups, a line each
-- 18 deletedAt  zset  ids of deleted resources, scored by the time of deletion
-- 19 deletedTerms zset term \0 id of deleted resources, all scores 0
-- 20 groupIndex index of the resource type that has members
-- 21 indexes    hash  index -> '1' when it holds every resource; 'writer' -> the indexes that the last document was written for, a line
--                     each; 'walk' -> "name position", how far the resources have been put into the others, by order
-- Redis rolls nothing back: a script checks everything before its first write, and answers with arrays. Numbers for a command stand as
-- text where they can, for Redis writes a number of Lua's with seventeen digits first.

local CHUNK = 1000

local function range(key, prefix, offset, count)
  return redis.call('ZRANGEBYLEX', key, '[' .. prefix .. '\0', '(' .. prefix .. '\1', 'LIMIT', offset, count)
end

-- One command with many arguments.
local function many(command, key, items)
  for first = 1, #items, CHUNK do
    redis.call(command, key, unpack(items, first, math.min(first + CHUNK - 1, #items)))
  end
end

-- How many entries lie before the bound.
local function rank(key, bound)
  return redis.call('ZLEXCOUNT', key, '-', '(' .. bound)
end

-- A page between two ranks that begins at the rank at or, without one, at the end from which it runs: its first rank, its size, and 1
-- when more come behind it.
local function cut(low, high, at, backwards, start, count)
  local first, left
  if backwards then
    left = math.min(high, at or high) - low - start
    first = low + math.max(0, left - count)
  else
    first = math.max(low, at or low) + start
    left = high - first
  end
  return first, math.max(0, math.min(left, count)), left > count and 1 or 0
end

-- The index entry of the time of the last change, in seven digits behind the point as every indexed time.
local function modified_entry(modified, id)
  return 'meta.lastModified\0' .. string.sub(modified, 1, -2) .. '0000\0' .. id
end

-- Moves the entry to another time.
local function touch(key, id, before, now)
  if before ~= now then
    redis.call('ZREM', key, modified_entry(before, id))
    redis.call('ZADD', key, '0', modified_entry(now, id))
  end
end

-- Before a document is written for these indexes: others will not hold it, and have to be built anew. To an empty directory they all begin complete.
local function write_for(indexes)
  if redis.call('HGET', KEYS[21], 'writer') == indexes then
    return
  end
  local empty, kept = redis.call('EXISTS', KEYS[3]) == 0, {}
  for index in string.gmatch(indexes, '[^\n]+') do
    kept[index] = empty or redis.call('HEXISTS', KEYS[21], index) == 1
  end
  redis.call('DEL', KEYS[21])
  for index, complete in pairs(kept) do
    if complete then
      redis.call('HSET', KEYS[21], index, '1')
    end
  end
  redis.call('HSET', KEYS[21], 'writer', indexes)
end

local function read_head(head)
  local version, created, modified, entry, terms = string.match(head, '^(%d+) (%S+) (%S+) ?(%d*)\n(.*)$')
  return tonumber(version), created, modified, terms, entry ~= '' and entry or '0'
end

local function write_head(version, created, modified, terms, entry)
  return version .. ' ' .. created .. ' ' .. modified .. ' ' .. entry .. '\n' .. terms
end

-- The ends of the links that start at id, behind the one given, each followed by its name ('' where it has none).
local function links(key, names_key, id, after, limit)
  local from = after == '' and ('[' .. id .. '\0') or ('(' .. id .. '\0' .. after)
  local pairs_found = redis.call('ZRANGEBYLEX', key, from, '(' .. id .. '\1', 'LIMIT', '0', limit)
  local result = {}
  local skip = #id + 2
  for first = 1, #pairs_found, CHUNK do
    local ids = {}
    for i = first, math.min(first + CHUNK - 1, #pairs_found) do
      ids[#ids + 1] = string.sub(pairs_found[i], skip)
    end
    local names = redis.call('HMGET', names_key, unpack(ids))
    for i = 1, #ids do
      result[#result + 1] = ids[i]
      result[#result + 1] = names[i] or ''
    end
  end
  return result
end

-- The groups of the groups that start the walk, and so on, along so many memberships at most, by id and each followed by its name;
-- and how many were looked at. What was met before is not walked through again, so that a circle ends.
local function above(key, names_key, direct, most)
  local met, walk, found, name_of = {}, {}, {}, {}
  for i = 1, #direct, 2 do
    met[direct[i]] = true
    walk[#walk + 1] = direct[i]
  end
  local left, at = most, 1
  while left > 0 and walk[at] do
    local memberships = range(key, walk[at], 0, left)
    local skip = #walk[at] + 2
    left = left - math.max(1, #memberships)
    at = at + 1
    local new = {}
    for i = 1, #memberships do
      local group = string.sub(memberships[i], skip)
      if not met[group] then
        met[group] = true
        new[#new + 1] = group
      end
    end
    for first = 1, #new, CHUNK do
      local last = math.min(first + CHUNK - 1, #new)
      local names = redis.call('HMGET', names_key, unpack(new, first, last))
      for i = first, last do
        -- One without a name is deleted, and its memberships are still being swept.
        if names[i - first + 1] then
          name_of[new[i]] = names[i - first + 1]
          walk[#walk + 1] = new[i]
          found[#found + 1] = new[i]
        end
      end
    end
  end
  table.sort(found)
  local result = {}
  for i = 1, #found do
    result[#result + 1] = found[i]
    result[#result + 1] = name_of[found[i]]
  end
  return result, most - left
end

-- Ends up to so many memberships of a group that is gone, and tells whose.
local function take_apart(id, most)
  local members, turned, ids = range(KEYS[6], id, '0', most), {}, {}
  for i = 1, #members do
    ids[i] = string.sub(members[i], #id + 2)
    turned[i] = ids[i] .. '\0' .. id
  end
  many('ZREM', KEYS[6], members)
  many('ZREM', KEYS[7], turned)
  return ids
end

-- The number of the last entry about it, '0' where there is none; and the key, the field and the head that tell it, where it is there or
-- kept since it was deleted. Behind the usual keys are the heads of so many resource types, and then what is kept of each.
local function last_entry(id, types)
  for place = 22, 21 + 2 * types do
    local field = place <= 21 + types and id or 'h' .. id
    local head = redis.call('HGET', KEYS[place], field)
    if head then
      local _, _, _, _, entry = read_head(head)
      return entry, KEYS[place], field, head
    end
  end
  return redis.call('ZSCORE', KEYS[13], id) or '0'
end

local function is_failure(outcome)
  return outcome == 'refused' or outcome == 'failed'
end

-- An entry's outcome, the entry before it about the same, the failure before it and what it is about.
local function read_entry(text)
  return string.match(text, '^%d+ (%S+) %d+ %d+ (%d+) (%d+) ([^\n]*)\n')
end

-- Lets go of so many of the oldest entries as are too old or too many. Those that are too many are not looked at, for they are long.
local function trim_log(oldest, most, count)
  local last = tonumber(redis.call('HGET', KEYS[8], 'last') or 0)
  local held = math.max(0, redis.call('HLEN', KEYS[8]) - 1)
  local first, numbers = last - held + 1, {}
  for i = 0, math.min(count, held) - 1 do
    local number = string.format('%d', first + i)
    local text = held - i <= tonumber(most) and redis.call('HGET', KEYS[8], number)
    -- One that somebody took out of the row stops no write.
    if text and tonumber(string.match(text, '^%d+')) >= tonumber(oldest) then
      break
    end
    numbers[#numbers + 1] = number
  end
  if #numbers > 0 then
    many('HDEL', KEYS[8], numbers)
    redis.call('ZREMRANGEBYSCORE', KEYS[13], '-inf', numbers[#numbers])
  end
  return #numbers
end

-- The first of these ids for an entry of the log, on one line whatever they hold; not every server's own encoder escapes line breaks.
local function told(ids)
  if #ids == 0 then
    return ''
  end
  local texts = {}
  for i = 1, math.min(#ids, 100) do
    texts[i] = '"' .. string.gsub(ids[i], '[%c"\\]', function(c) return string.format('\\u%04x', string.byte(c)) end) .. '"'
  end
  return '[' .. table.concat(texts, ',') .. ']'
end

-- Writes an entry behind the one before it about the same, and answers its number; that one's where no log is kept. Each entry leads to
-- the one before it, so that no sorted set has to hold them: to write into one costs more than the entry. Old entries go once in eight,
-- and then more than came.
local function log(previous, outcome, coming, going, now, entry, oldest, most, id, names, document, left)
  if most == '0' then
    return previous
  end
  local last, failure = redis.call('HINCRBY', KEYS[8], 'last', '1'), '0'
  local number = string.format('%d', last)
  if is_failure(outcome) then
    failure = redis.call('ZSCORE', KEYS[13], '!') or '0'
    redis.call('ZADD', KEYS[13], number, '!')
  end
  redis.call('HSET', KEYS[8], number, now .. ' ' .. outcome .. ' ' .. #coming .. ' ' .. (left or #going) .. ' ' .. previous .. ' ' .. failure .. ' ' .. id .. '\n'
    .. entry .. '\n' .. (document or '') .. '\n' .. told(coming) .. '\n' .. told(going) .. '\n' .. (names or ''))
  if last % 8 == 0 then
    trim_log(oldest, most, 16)
  end
  return number
end

-- Writes an entry about what has no head.
local function log_apart(previous, outcome, coming, going, now, entry, oldest, most, id, names, left)
  local number = log(previous, outcome, coming, going, now, entry, oldest, most, id, names, '', left)
  if number ~= '0' then
    redis.call('ZADD', KEYS[13], number, id)
  end
end

local function expects(expected, version)
  local named = string.find(expected, ',' .. string.format('%d', version) .. ',', 1, true) ~= nil
  return expected == 'any' or named == (string.sub(expected, 1, 1) ~= '!')
end

-- Counts one more deactivation or deletion, within "most share window": nil where it may be made, else the answer. Nothing may be
-- refused behind it. A share counts from the eleventh removal on, so that a small directory is not stopped by one.
local function claim_removal(limits, now, id)
  local most, share, window = string.match(limits, '^(%d+) (%d+) (%d+)$')
  if not most then
    return nil
  end
  local guard = redis.call('HMGET', KEYS[14], 'state', 'until', 'from')
  if guard[1] == 'paused' or guard[1] == 'kept' then
    return { 'paused', 0 }
  end
  if guard[1] == 'allowed' and tonumber(guard[2]) > tonumber(now) then
    return nil
  end
  local from = math.max(tonumber(now) - tonumber(window), tonumber(guard[3] or 0))
  redis.call('ZREMRANGEBYSCORE', KEYS[15], '-inf', string.format('%d', from))
  if not redis.call('ZSCORE', KEYS[15], id) then
    local count = redis.call('ZCARD', KEYS[15]) + 1
    most, share = tonumber(most), tonumber(share)
    if (most > 0 and count > most) or (share > 0 and count > 10 and count * 100 > share * redis.call('ZCARD', KEYS[3])) then
      redis.call('HSET', KEYS[14], 'state', 'paused', 'since', now, 'removals', count - 1)
      return { 'paused', 1 }
    end
    redis.call('ZADD', KEYS[15], now, id)
  end
  redis.call('PEXPIRE', KEYS[15], window)
  return nil
end

-- Whether a deleted resource is found again by this term.
local function is_matching(term)
  return string.sub(term, 1, 9) == 'userName\0' or string.sub(term, 1, 11) == 'externalId\0'
end

-- The answer to a write that wants the term with this number, which another resource has.
local function taken_by(number, holder)
  return { 'taken', number, holder, redis.call('SISMEMBER', KEYS[16], holder) }
end

-- The answer to a creation with these terms that a deactivated user is in the way of: the one with its userName, or the only one with its
-- externalId. nil where there is none; where another user has the externalId, the creation is refused.
local function find_deactivated(terms)
  local match, by_id, number = nil, {}, nil
  for i = 1, #terms do
    if is_matching(terms[i]) then
      local found = range(KEYS[4], terms[i], '0', '2')
      if string.sub(terms[i], 1, 1) == 'u' then
        match = found[1] and string.sub(found[1], #terms[i] + 2)
      else
        by_id, number = found, i
      end
    end
  end
  local has_name = match
  match = match or (#by_id == 1 and string.sub(by_id[1], #terms[number] + 2)) or nil
  if not match or redis.call('SISMEMBER', KEYS[16], match) == 0 then
    return nil
  end
  if has_name and #by_id > 0 and not redis.call('ZSCORE', KEYS[4], terms[number] .. '\0' .. match) then
    return taken_by(number, string.sub(by_id[1], #terms[number] + 2))
  end
  return { 'deactivated', match, (read_head(redis.call('HGET', KEYS[2], match))), redis.call('HGET', KEYS[1], match) }
end

-- At most this many groups that it is a member of, each followed by its name ('' where the group is deleted and not swept yet).
local function groups_of(id, most)
  local found, result = most ~= '0' and range(KEYS[7], id, '0', most) or {}, {}
  for i = 1, #found do
    local group = string.sub(found[i], #id + 2)
    result[#result + 1] = group
    result[#result + 1] = redis.call('HGET', KEYS[5], group) or ''
  end
  return result
end

-- Answers the number of the last entry about it.
local function drop_deleted(id)
  local _, _, _, terms, entry = read_head(redis.call('HGET', KEYS[17], 'h' .. id))
  for term in string.gmatch(terms, '[^\n]+') do
    redis.call('ZREM', KEYS[19], term .. '\0' .. id)
  end
  redis.call('HDEL', KEYS[17], 'h' .. id, 'd' .. id, 'n' .. id, 'g' .. id)
  redis.call('ZREM', KEYS[18], id)
  return entry
end

local function keep_deleted(id, head, terms, document, names, groups, now)
  if redis.call('HEXISTS', KEYS[17], 'h' .. id) == 1 then
    drop_deleted(id)
  end
  redis.call('HSET', KEYS[17], 'h' .. id, head, 'd' .. id, document, 'n' .. id, names, 'g' .. id, table.concat(groups, '\n'))
  redis.call('ZADD', KEYS[18], now, id)
  for term in string.gmatch(terms, '[^\n]+') do
    if is_matching(term) then
      redis.call('ZADD', KEYS[19], '0', term .. '\0' .. id)
    end
  end
end
