-- ARGV: id, key number of the links, the link to go on behind, most links. Answers the links.
return links(KEYS[tonumber(ARGV[2])], ARGV[1], ARGV[3], tonumber(ARGV[4]))
