-- Marks which failures are moved by the following `retry-move` calls: those of these codes that are there now.
-- ARGV: codes joined by commas, or ''; sealed credentials or ''
local state = call('HGET', JOB, 'state')
if not state then return 'unknown' end
if state ~= 'running' and state ~= 'paused' and state ~= 'completed' and state ~= 'failed' then return 'refused' end
if call('HEXISTS', JOB, 'retryUntil') == 1 then return 'busy' end
if ARGV[2] ~= '' and call('HGET', JOB, 'sealedCredentials') ~= ARGV[2] then
  call('HSET', JOB, 'sealedCredentials', ARGV[2])
  call('HINCRBY', JOB, 'revision', 1)
end
local any = ARGV[1] == '' and call('ZCARD', FAILED) > 0
for code in string.gmatch(ARGV[1], '[^,]+') do
  any = any or (call('HGET', COUNTS, 'code:' .. code) or '0') ~= '0'
end
if state == 'failed' or (state == 'completed' and any) then
  call('HSET', JOB, 'state', 'running')
  call('HDEL', JOB, 'reason', 'endedAtMs', 'abandoned')
  call('HINCRBY', JOB, 'generation', 1)
end
call('HDEL', COUNTS, 'breakerObjects', 'breakerFailed', 'breakerBytes')
if not any then return 'nothing' end
call('HSET', JOB, 'retryUntil', call('HGET', COUNTS, 'sequence'), 'retryNext', 0, 'retryCodes', ARGV[1])
return 'begun'
