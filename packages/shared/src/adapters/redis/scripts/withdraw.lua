-- Removes a job that did not get into the index: only while its keys are on their way to expire.
if call('PTTL', JOB) <= 0 then return 'stays' end
call('UNLINK', JOB, SHARDS, COUNTS)
return 'gone'
