-- ARGV: id, expected, now, now in ms, oldest entry in ms, most entries, activity entry, most members to take apart at once,
-- limits of removals or '', '1' to keep what is deleted for a while.
-- Answers {'done', 'outcome version created modified added removed', number of groups left to sweep}, {'missing'},
-- {'stale', version} or {'paused', 1 when this deletion was the one too many}.
local id, expected, now = ARGV[1], ARGV[2], ARGV[3]

local done = redis.call('GET', KEYS[11])
if done then
  return { 'done', done, redis.call('SCARD', KEYS[12]) }
end
local head = redis.call('HGET', KEYS[2], id)
if not head then
  return { 'missing' }
end
local version, created, modified, terms, previous = read_head(head)
if not expects(expected, version) then
  return { 'stale', version }
end

local paused = claim_removal(ARGV[9], ARGV[4], id)
if paused then
  return paused
end

local names, document = redis.call('HGET', KEYS[5], id), redis.call('HGET', KEYS[1], id)
redis.call('HDEL', KEYS[1], id)
redis.call('HDEL', KEYS[2], id)
redis.call('HDEL', KEYS[5], id)
redis.call('ZREM', KEYS[3], id)
redis.call('SREM', KEYS[16], id)
local entries = { modified_entry(modified, id) }
for term in string.gmatch(terms, '[^\n]+') do
  entries[#entries + 1] = term .. '\0' .. id
end
many('ZREM', KEYS[4], entries)

-- How many memberships end, now or as the rest is swept.
local going = redis.call('ZLEXCOUNT', KEYS[6], '[' .. id .. '\0', '(' .. id .. '\1')
-- Every group that it was a member of is another group now.
local groups, left = range(KEYS[7], id, '0', '-1'), {}
for i = 1, #groups do
  local group = string.sub(groups[i], #id + 2)
  left[i] = group
  redis.call('ZREM', KEYS[7], groups[i])
  redis.call('ZREM', KEYS[6], group .. '\0' .. id)
  local group_head = redis.call('HGET', KEYS[10], group)
  if group_head then
    local group_version, group_created, group_modified, group_terms, group_entry = read_head(group_head)
    touch(KEYS[20], group, group_modified, now)
    redis.call('HSET', KEYS[10], group, write_head(group_version + 1, group_created, now, group_terms, group_entry))
  end
end

-- Without its head and its name a group is a member's group no more; what is left of a large one goes in bounded steps.
local most = tonumber(ARGV[8])
local ended = take_apart(id, most)
if #ended == most then
  redis.call('SADD', KEYS[12], id)
end

if ARGV[10] == '1' then
  -- What is kept has a place for the entry, which costs less than one among the tails.
  local entry = log(previous, 'deleted', {}, ended, ARGV[4], ARGV[7], ARGV[5], ARGV[6], id, names, '', going)
  keep_deleted(id, write_head(version, created, modified, terms, entry), terms, document, names, left, ARGV[4])
else
  log_apart(previous, 'deleted', {}, ended, ARGV[4], ARGV[7], ARGV[5], ARGV[6], id, names, going)
end
done = string.format('deleted %d %s %s %d %d', version, created, modified, 0, going)
redis.call('SET', KEYS[11], done, 'EX', '60')
return { 'done', done, redis.call('SCARD', KEYS[12]) }
