-- Removes every key of an ended job. UNLINK frees the memory in the background, so one call is enough. An ended job
-- has no open task, hence no task key.
local state = call('HGET', JOB, 'state')
if not state then return { 'unknown' } end
if state ~= 'completed' and state ~= 'failed' and state ~= 'cancelled' then return { 'not-ended' } end
local name, key = unpack(call('HMGET', JOB, 'name', 'idempotencyKey'))
call('UNLINK', unpack(KEYS))
return { 'removed', name, key or '' }
