-- Makes the job's keys, unless they are there. They expire unless `confirm` follows, so a submit that breaks off
-- before the job is in the index leaves nothing.
-- ARGV: ttlMs, then fields and values of JOB
if call('EXISTS', JOB) == 1 then return 'there' end
call('HSET', JOB, 'state', 'running', 'generation', '0', unpack(ARGV, 2))
call('HSET', SHARDS, '0:version', '1')
call('HSET', COUNTS, 'unfinished', '1')
for _, key in ipairs({ JOB, SHARDS, COUNTS }) do call('PEXPIRE', key, ARGV[1]) end
return 'made'
