-- ARGV: id, run, start, index
if holds(ARGV[1], ARGV[2], ARGV[3]) then call('HSET', TASK, 'suspect', ARGV[4]) end
return 'done'
