-- ARGV: reason, until when it is shown, the side whose store is silent or ''
local state = call('HGET', JOB, 'state')
if not state or state == 'completed' or state == 'failed' or state == 'cancelled' then return 'ended' end
call('HSET', JOB, 'trouble', ARGV[1], 'troubleUntilMs', ARGV[2], 'troubleSide', ARGV[3])
return 'told'
