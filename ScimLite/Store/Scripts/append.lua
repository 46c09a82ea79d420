-- KEYS: behind the usual ones, the request record of each entry that is in doubt, in their order. ARGV: oldest entry in ms, most
-- entries; then for each entry its time in ms, its outcome, the resource's id or '-', the call's name where the entry is in doubt (else ''),
-- and the entry. Answers how many were written.
if redis.call('GET', KEYS[11]) then
  return 0
end
local written, doubts = 0, 0
for i = 3, #ARGV, 5 do
  local id, call = ARGV[i + 2], ARGV[i + 3]
  local known = false
  if call ~= '' then
    -- The write was done and told after all: lately it left a record, and in any case its entry.
    doubts = doubts + 1
    known = redis.call('EXISTS', KEYS[21 + doubts]) == 1
    local marks = known and {} or redis.call('ZREVRANGEBYLEX', KEYS[13], '(' .. id .. '\1', '[' .. id .. '\0', 'LIMIT', 0, 100)
    for m = 1, #marks do
      local told = redis.call('HGET', KEYS[8], string.format('%d', string.sub(marks[m], #id + 2)))
      known = known or (told and string.find(told, '"call":"' .. call .. '"', 1, true) ~= nil)
    end
  end
  if not known then
    log(nil, ARGV[i + 1], 0, 0, ARGV[i], ARGV[i + 4], ARGV[1], ARGV[2], id, redis.call('HGET', KEYS[5], id))
    written = written + 1
  end
end
redis.call('SET', KEYS[11], written, 'EX', 60)
return written
