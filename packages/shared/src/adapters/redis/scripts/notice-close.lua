-- Takes a notice off, unless it is not the first any more. ARGV: its number
local first = call('LINDEX', NOTICES, 0)
if not first or string.match(first, '^%d+') ~= ARGV[1] then return 'stays' end
call('LPOP', NOTICES)
call('HDEL', JOB, 'noticeAttempts', 'noticeDueMs')
return 'closed'
