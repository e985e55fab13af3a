-- ARGV: reason, now
local state = call('HGET', JOB, 'state')
if not state or state == 'completed' or state == 'failed' or state == 'cancelled' then return 'ended' end
call('HSET', JOB, 'trouble', ARGV[1], 'troubleAtMs', ARGV[2])
return 'told'
