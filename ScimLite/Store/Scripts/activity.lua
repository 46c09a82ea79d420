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
local entries = {}
for i = 1, #marks do
  local place = mark('*', string.sub(marks[i], #trail + 2, #trail + 17))
  local whole = trail == '*' and marks[i] or redis.call('ZRANGEBYLEX', KEYS[13], '[' .. place .. ' ', '(' .. place .. '!', 'LIMIT', '0', '1')[1]
  local asked = redis.call('HGET', KEYS[8], string.format('%d', string.sub(place, 3)))
  if whole and asked then
    entries[#entries + 1] = string.sub(whole, 3)
    entries[#entries + 1] = asked
  end
end
return entries
