-- ARGV: what to look at, then two texts for each thing. Writes nothing, and looks at each thing in one step with what belongs to it, so
-- that what others write meanwhile is no disagreement. Answers {text of a disagreement, number of the thing} for each one found; for
-- 'head' first {id, head, document} for each that is there.
local what, found = ARGV[1], {}
local last = tonumber(redis.call('HGET', KEYS[8], 'last') or 0)
local oldest = last - redis.call('HLEN', KEYS[8]) + 2

local function tell(text, i)
  found[#found + 1] = { text, (i - 2) / 2 + 1 }
end

-- Whether the log has let go of the entry, or has it and it is about this, or where it is none's a failure.
local function is_about(number, about)
  local text = redis.call('HGET', KEYS[8], string.format('%d', number))
  local outcome, _, _, id = read_entry(text or '')
  return number == '0' or tonumber(number) < oldest or id == about or (about == '!' and is_failure(outcome))
end

local function pair_of(key, left, right)
  return redis.call('ZSCORE', key, left .. '\0' .. right)
end

for i = 2, #ARGV, 2 do
  local id, other = ARGV[i], ARGV[i + 1]
  if what == 'head' then
    local head = redis.call('HGET', KEYS[2], id)
    if head then
      local version, created, modified, terms, entry = read_head(head)
      found[#found + 1] = { id, head, redis.call('HGET', KEYS[1], id) or '' }
      if not version or version < 1 then
        tell('the head can not be read', i)
      else
        for term in string.gmatch(terms, '[^\n]+') do
          if not pair_of(KEYS[4], term, id) then
            tell('the index lacks a term of it', i)
          end
        end
        if not redis.call('ZSCORE', KEYS[4], modified_entry(modified, id)) then
          tell('the index lacks the time of its last change', i)
        end
        if not is_about(entry, id) then
          tell('it names an entry of the log that is not about it', i)
        end
      end
      if redis.call('HEXISTS', KEYS[1], id) == 0 then
        tell('it has no document', i)
      end
      if not redis.call('ZSCORE', KEYS[3], id) then
        tell('it is not in the order', i)
      end
      local name = redis.call('HGET', KEYS[5], id)
      if not name or string.sub(name, 1, #other + 1) ~= other .. '\0' then
        tell('it has no name, or another type\'s', i)
      end
    end
  elseif what == 'document' or what == 'order' or what == 'name' then
    local there
    if what == 'order' then
      there = redis.call('ZSCORE', KEYS[3], id)
    else
      there = redis.call('HEXISTS', what == 'document' and KEYS[1] or KEYS[5], id) == 1
    end
    if there and redis.call('HEXISTS', KEYS[2], id) == 0 then
      tell('a ' .. what .. ' is there of a resource that is not', i)
    end
  elseif what == 'index' then
    -- The id, and the term before it.
    if pair_of(KEYS[4], other, id) then
      local head = redis.call('HGET', KEYS[2], id)
      local _, _, modified, terms = read_head(head or '')
      if not head then
        tell('the index names a resource that is not there', i)
      elseif other .. '\0' .. id ~= modified_entry(modified, id) and not string.find('\n' .. terms .. '\n', '\n' .. other .. '\n', 1, true) then
        tell('the index has a term that it does not', i)
      end
    end
  elseif what == 'members' or what == 'memberOf' then
    local key, back = KEYS[6], KEYS[7]
    if what == 'memberOf' then
      key, back = KEYS[7], KEYS[6]
    end
    if pair_of(key, id, other) then
      local group = what == 'members' and id or other
      if not pair_of(back, other, id) then
        tell('a membership is kept on one side alone', i)
      elseif redis.call('HEXISTS', KEYS[10], group) == 0 and redis.call('SISMEMBER', KEYS[12], group) == 0 then
        tell('a membership is kept of a group that is not there', i)
      end
    end
  elseif what == 'log' then
    -- The entry's number.
    local text = redis.call('HGET', KEYS[8], id)
    if text and id ~= 'last' then
      local _, previous, failure, about = read_entry(text)
      if tonumber(id) < oldest or tonumber(id) > last then
        tell('an entry of the log has a number out of the row', i)
      elseif not previous or not is_about(previous, about) or not is_about(failure, '!') then
        tell('an entry of the log does not lead to the one before it', i)
      end
    end
  elseif what == 'tails' then
    local entry = redis.call('ZSCORE', KEYS[13], id)
    if entry and (tonumber(entry) < oldest or not is_about(entry, id)) then
      tell('the last entry of the log about it is not there', i)
    end
  elseif what == 'sequence' then
    local created = redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
    if tonumber(created or 0) > tonumber(redis.call('GET', KEYS[9]) or 0) then
      tell('the counter lies behind what was counted', i)
    end
  end
end
return found
