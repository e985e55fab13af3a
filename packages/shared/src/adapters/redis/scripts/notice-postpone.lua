-- Lets the first notice rest. ARGV: its number, attempts that have failed, when it is due again
local first = call('LINDEX', NOTICES, 0)
if not first or string.match(first, '^%d+') ~= ARGV[1] then return 'stays' end
call('HSET', JOB, 'noticeAttempts', ARGV[2], 'noticeDueMs', ARGV[3])
return 'rests'
