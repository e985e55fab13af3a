-- ARGV: reason, the revision that it is about or ''
local state, revision = unpack(call('HMGET', JOB, 'state', 'revision'))
if state ~= 'running' or (ARGV[2] ~= '' and ARGV[2] ~= revision) then return 'not-now' end
call('HSETNX', JOB, 'abandoned', ARGV[1])
return 'abandoned'
