-- ARGV: reason
if call('HGET', JOB, 'state') ~= 'running' then return 'not-now' end
call('HSETNX', JOB, 'abandoned', ARGV[1])
return 'abandoned'
