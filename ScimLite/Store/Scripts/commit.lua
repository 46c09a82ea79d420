-- ARGV: 1 id, 2 expected, 3 now, 4 now in ms, 5 document or '', 6 name, 7 '1' to accept unknown members, 8 '1' to empty the membership
-- first, 9 '0', or to report the names of the members added and at most this many groups of a user that came back, 10 oldest entry in ms,
-- 11 most entries, 12 activity entry, 13 terms, one in each line, the unique ones first and then those that the tenant wants to be unique,
-- 14 number of members to add, 15 of members to remove, 16 '1' when the document is not active, 17 limits of removals or '',
-- 18 'look' to report a deactivated or deleted user with the same userName or externalId, 'restore' to bring that deleted resource back,
-- 'reactivate' to replace that deactivated one, 19 number of unique terms, 20 the indexes that the terms are for, a line each, 21 '1' when
-- the entry tells the document as well, 22 number of terms that the tenant wants to be unique; then the members to add, those to remove.
-- Answers {'done', 'outcome version created modified added removed', {member or group, name, …}}, {'missing'}, {'stale', version},
-- {'taken', number of the term, id of its holder, 1 if that is not active}, {'unknown', member, …}, {'paused', 1 when this write was the
-- one too many}, {'deactivated', id, version, document} or {'deleted', id, document}.
local id, expected, now = ARGV[1], ARGV[2], ARGV[3]
local document, entry = ARGV[5], ARGV[12]
local add_count, remove_count, unique_count = tonumber(ARGV[14]), tonumber(ARGV[15]), tonumber(ARGV[19])
local claimed_count, first_add, first_remove = tonumber(ARGV[22]), 23, 23 + add_count
local terms = {}
for term in string.gmatch(ARGV[13], '[^\n]+') do
  terms[#terms + 1] = term
end

-- The names of the members to add, its own as it is going to be, and those that have none.
local names, unknown, own = {}, { 'unknown' }, ARGV[6]
for first = 0, (add_count > 0 or document == '') and math.max(add_count - 1, 0) or -1, CHUNK do
  local last = math.min(first + CHUNK, add_count)
  local found = redis.call('HMGET', KEYS[5], id, unpack(ARGV, first_add + first, first_add + last - 1))
  own = document ~= '' and ARGV[6] or found[1]
  for i = 1, last - first do
    local member = ARGV[first_add + first + i - 1]
    if not found[i + 1] and #unknown <= 10 then
      unknown[#unknown + 1] = member
    end
    if ARGV[9] ~= '0' then
      names[#names + 1] = member
      names[#names + 1] = member == id and own or found[i + 1] or ''
    end
  end
end

local revives = ARGV[18] == 'restore' or ARGV[18] == 'reactivate'
local done = redis.call('GET', KEYS[11])
if done then
  return { 'done', done, revives and groups_of(id, ARGV[9]) or names }
end

local head = redis.call('HGET', KEYS[2], id)
local version, created, modified, old_terms, previous, restoring = 0, now, now, '', '0', nil
if head then
  version, created, modified, old_terms, previous = read_head(head)
end
if expected == 'absent' then
  if head then
    return { 'stale', version }
  end
  restoring = ARGV[18] == 'restore' and redis.call('HGET', KEYS[17], 'h' .. id)
  if restoring then
    version, created, modified, old_terms, previous = read_head(restoring)
    modified, old_terms = now, ''
  elseif ARGV[18] == 'restore' then
    return { 'missing' }
  end
  previous = restoring and previous or redis.call('ZSCORE', KEYS[13], id) or '0'
elseif not head then
  return { 'missing' }
elseif not expects(expected, version) then
  return { 'stale', version }
end

if ARGV[18] == 'look' then
  -- Before uniqueness, which would refuse the userName of a deactivated user.
  local found = find_deactivated(terms)
  if found then
    return found
  end
end

local had = claimed_count > 0 and '\n' .. old_terms .. '\n'
for i = 1, unique_count + claimed_count do
  -- A value that it has already passes, though another may have it from a time when the tenant did not mind.
  local passes = i > unique_count and string.find(had, '\n' .. terms[i] .. '\n', 1, true)
  local holders = passes and {} or range(KEYS[4], terms[i], '0', '2')
  for h = 1, #holders do
    if holders[h] ~= terms[i] .. '\0' .. id then
      return taken_by(i, string.sub(holders[h], #terms[i] + 2))
    end
  end
end

if #unknown > 1 and ARGV[7] ~= '1' then
  return unknown
end

if ARGV[18] == 'look' then
  for i = 1, #terms do
    local term = terms[i]
    local found = is_matching(term) and redis.call('ZREVRANGEBYLEX', KEYS[19], '(' .. term .. '\1', '[' .. term .. '\0', 'LIMIT', '0', '1') or {}
    if found[1] then
      local gone = string.sub(found[1], #term + 2)
      return { 'deleted', gone, redis.call('HGET', KEYS[17], 'd' .. gone) }
    end
  end
end

local coming, going = {}, {}
local wanted = {}
for i = first_add, first_add + add_count - 1 do
  wanted[ARGV[i]] = true
  if not redis.call('ZSCORE', KEYS[6], id .. '\0' .. ARGV[i]) then
    coming[#coming + 1] = ARGV[i]
  end
end
if ARGV[8] == '1' then
  local present = range(KEYS[6], id, '0', '-1')
  for i = 1, #present do
    local member = string.sub(present[i], #id + 2)
    if not wanted[member] then
      going[#going + 1] = member
    end
  end
else
  for i = first_remove, first_remove + remove_count - 1 do
    if redis.call('ZSCORE', KEYS[6], id .. '\0' .. ARGV[i]) then
      going[#going + 1] = ARGV[i]
    end
  end
end

if head and ARGV[16] == '1' and redis.call('SISMEMBER', KEYS[16], id) == 0 then
  local paused = claim_removal(ARGV[17], ARGV[4], id)
  if paused then
    return paused
  end
end

-- From here on nothing can be refused.
local changed = document ~= '' or #coming + #going > 0
local outcome = revives and 'restored' or not head and 'created' or changed and 'changed' or 'unchanged'
local last = log(previous, outcome, coming, going, ARGV[4], entry, ARGV[10], ARGV[11], id, own, ARGV[21] == '1' and document or '')
if changed then
  version = version + 1
  if head then
    touch(KEYS[4], id, modified, now)
  end
  modified = now
  if document ~= '' then
    write_for(ARGV[20])
    redis.call('HSET', KEYS[1], id, document)
    redis.call('HSET', KEYS[5], id, ARGV[6])
    if not head or ARGV[13] ~= old_terms then
      local kept, scored, gone = {}, head and {} or { '0', modified_entry(now, id) }, {}
      for i = 1, #terms do
        kept[terms[i]] = true
      end
      for term in string.gmatch(old_terms, '[^\n]+') do
        if kept[term] then
          kept[term] = false
        else
          gone[#gone + 1] = term .. '\0' .. id
        end
      end
      for i = 1, #terms do
        if kept[terms[i]] then
          scored[#scored + 1] = '0'
          scored[#scored + 1] = terms[i] .. '\0' .. id
        end
      end
      many('ZREM', KEYS[4], gone)
      many('ZADD', KEYS[4], scored)
    end
    if ARGV[16] == '1' then
      redis.call('SADD', KEYS[16], id)
    elseif head then
      redis.call('SREM', KEYS[16], id)
    end
  end
  if not head then
    redis.call('ZADD', KEYS[3], string.format('%d', redis.call('INCR', KEYS[9])), id)
    if previous ~= '0' and not restoring then
      redis.call('ZREM', KEYS[13], id)
    end
  end
  local members, member_of = {}, {}
  for i = 1, #coming do
    members[2 * i - 1], members[2 * i] = '0', id .. '\0' .. coming[i]
    member_of[2 * i - 1], member_of[2 * i] = '0', coming[i] .. '\0' .. id
  end
  many('ZADD', KEYS[6], members)
  many('ZADD', KEYS[7], member_of)
  members, member_of = {}, {}
  for i = 1, #going do
    members[i], member_of[i] = id .. '\0' .. going[i], going[i] .. '\0' .. id
  end
  many('ZREM', KEYS[6], members)
  many('ZREM', KEYS[7], member_of)
  if restoring then
    -- Back into its groups, as far as they are still there; each of them is another group now.
    for group in string.gmatch(redis.call('HGET', KEYS[17], 'g' .. id), '[^\n]+') do
      local group_head = redis.call('HGET', KEYS[10], group)
      if group_head then
        local group_version, group_created, group_modified, group_terms, group_entry = read_head(group_head)
        touch(KEYS[20], group, group_modified, now)
        redis.call('ZADD', KEYS[6], '0', group .. '\0' .. id)
        redis.call('ZADD', KEYS[7], '0', id .. '\0' .. group)
        redis.call('HSET', KEYS[10], group, write_head(group_version + 1, group_created, now, group_terms, group_entry))
      end
    end
    drop_deleted(id)
  end
end
if changed or last ~= previous then
  redis.call('HSET', KEYS[2], id, write_head(version, created, modified, document ~= '' and ARGV[13] or old_terms, last))
end
done = string.format('%s %d %s %s %d %d', outcome, version, created, modified, #coming, #going)
redis.call('SET', KEYS[11], done, 'EX', '60')
return { 'done', done, revives and groups_of(id, ARGV[9]) or names }
