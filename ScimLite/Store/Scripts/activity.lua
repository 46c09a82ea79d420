-- ARGV: trail ('' for the whole log), only entries before this sequence number ('' for the newest), only entries after this one (''
-- reads backwards; of the whole log), most entries. Answers {what it came to, what was asked for, …}, newest first; with "after" oldest first.
local trail, before, after = ARGV[1] == '' and '*' or ARGV[1], ARGV[2], ARGV[3]
local marks
if after ~= '' then
  -- Behind every mark of that number, which a blank follows.
  marks = redis.call('ZRANGEBYLEX', KEYS[13], '[' .. mark(trail, after) .. '!', '(' .. trail .. '\1', 'LIMIT', '0', ARGV[4])
else
  local to = before == '' and ('(' .. trail .. '\1') or ('(' .. mark(trail, before))
  marks = redis.call('ZREVRANGEBYLEX', KEYS[13], to, '[' .. trail .. '\0', 'LIMIT', '0', ARGV[4])
end
local wholes, numbers = {}, {}
for i = 1, #marks do
  local place = mark('*', string.sub(marks[i], #trail + 2, #trail + 17))
  local whole = trail == '*' and marks[i] or redis.call('ZRANGEBYLEX', KEYS[13], '[' .. place .. ' ', '(' .. place .. '!', 'LIMIT', '0', '1')[1]
  if whole then
    wholes[#wholes + 1] = string.sub(whole, 3)
    numbers[#numbers + 1] = string.format('%d', string.sub(place, 3))
  end
end
local entries = {}
local asked = #numbers > 0 and redis.call('HMGET', KEYS[8], unpack(numbers)) or {}
for i = 1, #numbers do
  if asked[i] then
    entries[#entries + 1] = wholes[i]
    entries[#entries + 1] = asked[i]
  end
end
return entries
