-- KEYS: behind the usual ones, the heads of all resource types, what is kept of each, and the request record of each entry that is in doubt, in their
-- order. ARGV: oldest entry in ms, most entries, how many types; then for each entry its time in ms, its outcome, the resource's id or '-', the call's name where the entry
-- is in doubt (else ''), and the entry. Answers how many were written.
if redis.call('GET', KEYS[11]) then
  return 0
end
local types = tonumber(ARGV[3])
local written, doubts = 0, 0
for i = 4, #ARGV, 5 do
  local id, call = ARGV[i + 2], ARGV[i + 3]
  local previous, key, field, head = last_entry(id, types)
  local known = false
  if call ~= '' then
    -- The write was done and told after all: lately it left a record, and in any case its entry.
    doubts = doubts + 1
    known = redis.call('EXISTS', KEYS[21 + 2 * types + doubts]) == 1
    local at, left = previous, known and 0 or 100
    while left > 0 do
      local told = redis.call('HGET', KEYS[8], at)
      known = told and string.find(told, '"call":"' .. call .. '"', 1, true) ~= nil
      left = told and not known and left - 1 or 0
      at = told and select(2, read_entry(told))
    end
  end
  if not known then
    local names = redis.call('HGET', KEYS[5], id)
    if head then
      local version, created, modified, terms = read_head(head)
      local last = log(previous, ARGV[i + 1], {}, {}, ARGV[i], ARGV[i + 4], ARGV[1], ARGV[2], id, names)
      redis.call('HSET', key, field, write_head(version, created, modified, terms, last))
    else
      log_apart(previous, ARGV[i + 1], {}, {}, ARGV[i], ARGV[i + 4], ARGV[1], ARGV[2], id, names)
    end
    written = written + 1
  end
end
redis.call('SET', KEYS[11], written, 'EX', 60)
return written
