-- KEYS: 1 heads, 2 bodies, 3 handles, 4 the grant of that handle ("id\ngrant"). ARGV: '' or the id, handle where no id is given.
-- Answers {id, head, body, grant or ''} or {}.
local id, grant = ARGV[1], ''
if id == '' then
  id = redis.call('HGET', KEYS[3], ARGV[2])
  if not id then
    local stored = redis.call('GET', KEYS[4])
    if not stored then
      return {}
    end
    id, grant = string.match(stored, '^([^\n]*)\n(.*)$')
  end
end
local head = redis.call('HGET', KEYS[1], id)
if not head then
  return {}
end
return { id, head, redis.call('HGET', KEYS[2], id), grant }
