-- ARGV: id, key number of the links or 0, most links. Answers {head, document, links} or {}.
local head = redis.call('HGET', KEYS[2], ARGV[1])
if not head then
  return {}
end
local followed = {}
if ARGV[2] ~= '0' then
  followed = links(KEYS[tonumber(ARGV[2])], ARGV[1], '', tonumber(ARGV[3]))
end
return { string.match(head, '^[^\n]*'), redis.call('HGET', KEYS[1], ARGV[1]), followed }
