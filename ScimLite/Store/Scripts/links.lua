-- KEYS: names, links. ARGV: id, the link to go on behind, most links. Answers the links.
return links(KEYS[2], KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]))
