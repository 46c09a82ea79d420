-- ARGV: trail ('' for the whole log), only entries before this sequence number ('' for the newest), only entries after this one (''
-- reads backwards), most entries. Answers them, newest first; with "after" oldest first.
local trail, before, after = ARGV[1], ARGV[2], ARGV[3]
if after ~= '' then
  return redis.call('ZRANGEBYSCORE', KEYS[8], '(' .. after, '+inf', 'LIMIT', 0, ARGV[4])
end
if trail == '' then
  return redis.call('ZREVRANGEBYSCORE', KEYS[8], before == '' and '+inf' or ('(' .. before), '-inf', 'LIMIT', 0, ARGV[4])
end
local to = before == '' and ('(' .. trail .. '\1') or ('(' .. mark(trail, before))
local marks = redis.call('ZREVRANGEBYLEX', KEYS[13], to, '[' .. trail .. '\0', 'LIMIT', 0, ARGV[4])
local entries = {}
for i = 1, #marks do
  local sequence = tonumber(string.sub(marks[i], #trail + 2))
  entries[#entries + 1] = redis.call('ZRANGEBYSCORE', KEYS[8], sequence, sequence)[1]
end
return entries
