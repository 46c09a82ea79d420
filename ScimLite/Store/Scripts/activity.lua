-- KEYS: behind the usual ones, the heads of all resource types and what is kept of each. ARGV: 1 trail ('' for the whole log), 2 only entries before this number ('' for
-- the newest), 3 only entries after this one ('' reads backwards; of the whole log), 4 most entries, 5 most steps along a trail to the one before
-- which it is read. Answers {number, entry, …}, newest first; with "after" oldest first.
local trail, before, after, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local last = tonumber(redis.call('HGET', KEYS[8], 'last') or 0)
local result = {}

if trail == '' then
  local oldest = last - redis.call('HLEN', KEYS[8]) + 2
  local first, step = math.min(last, before and before - 1 or last), -1
  if after then
    first, step = math.max(oldest, after + 1), 1
  end
  local size = math.min(most, after and last - first + 1 or first - oldest + 1)
  for from = 0, size - 1, CHUNK do
    local numbers = {}
    for i = from, math.min(from + CHUNK, size) - 1 do
      numbers[#numbers + 1] = string.format('%d', first + i * step)
    end
    local entries = redis.call('HMGET', KEYS[8], unpack(numbers))
    for i = 1, #numbers do
      result[#result + 1] = numbers[i]
      result[#result + 1] = entries[i]
    end
  end
  return result
end

-- An entry, and the number of the one before it on the trail; nil where it is none of the trail's.
local function on_trail(number)
  local text = redis.call('HGET', KEYS[8], number)
  if not text then
    return nil
  end
  local outcome, previous, failure, id = read_entry(text)
  if trail == '!' then
    return is_failure(outcome) and text, failure
  end
  return id == trail and text, previous
end

local number = last_entry(trail, (#KEYS - 21) / 2)
if before then
  -- Where a page ended, the next one begins at once. Another place is looked for.
  local text, previous = on_trail(string.format('%d', before))
  number = text and previous or number
  local steps = tonumber(ARGV[5])
  while number ~= '0' and tonumber(number) >= before do
    text, previous = on_trail(number)
    steps = steps - 1
    number = text and steps >= 0 and previous or '0'
  end
end
for _ = 1, most do
  local text, previous = on_trail(number)
  if not text then
    break
  end
  result[#result + 1] = number
  result[#result + 1] = text
  number = previous
end
return result
