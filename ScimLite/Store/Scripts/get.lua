-- KEYS: documents, heads, names, links. ARGV: id, most links (0: none), most steps to indirect groups (0: none).
-- Answers {head, document, links, links to indirect groups} or {}.
local head = redis.call('HGET', KEYS[2], ARGV[1])
if not head then
  return {}
end
local most = tonumber(ARGV[2])
local followed = most > 0 and links(KEYS[4], KEYS[3], ARGV[1], '', most) or {}
return { string.match(head, '^[^\n]*'), redis.call('HGET', KEYS[1], ARGV[1]), followed, (above(KEYS[4], KEYS[3], followed, tonumber(ARGV[3]))) }
