-- KEYS: 1 heads (id -> "version\nhandle\nhandle…"), 2 bodies, 3 handles (handle -> id), 4 leaving, 5 the record that the write is done.
-- ARGV: id, version expected, body, then the handles. Answers {'saved', version}, {'stale'}, {'taken', handle} or {'leaving'}.
local id, expected, body = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local head = redis.call('HGET', KEYS[1], id)
local version, old = 0, ''
if head then
  local digits
  digits, old = string.match(head, '^(%d+)\n(.*)$')
  version = tonumber(digits)
end
if version ~= expected then
  -- A replay, when the answer to the first time was lost.
  if version == expected + 1 and redis.call('HGET', KEYS[2], id) == body then
    return { 'saved', version }
  end
  return { 'stale' }
end
if not head and redis.call('ZSCORE', KEYS[4], id) then
  return { 'leaving' }
end
local handles = {}
for i = 4, #ARGV do
  local owner = redis.call('HGET', KEYS[3], ARGV[i])
  if owner and owner ~= id then
    return { 'taken', ARGV[i] }
  end
  handles[#handles + 1] = ARGV[i]
end

for handle in string.gmatch(old, '[^\n]+') do
  redis.call('HDEL', KEYS[3], handle)
end
for i = 1, #handles do
  redis.call('HSET', KEYS[3], handles[i], id)
end
redis.call('HSET', KEYS[1], id, string.format('%d\n', version + 1) .. table.concat(handles, '\n'))
redis.call('HSET', KEYS[2], id, body)
redis.call('SET', KEYS[5], 1, 'EX', 60)
return { 'saved', version + 1 }
