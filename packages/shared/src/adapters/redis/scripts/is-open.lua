-- ARGV: id, run, start
return holds(ARGV[1], ARGV[2], ARGV[3]) and 1 or 0
