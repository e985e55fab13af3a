local state, abandoned, retrying = unpack(call('HMGET', JOB, 'state', 'abandoned', 'retryUntil'))
if state == 'settling' then return 1 end
if state ~= 'running' and state ~= 'cancelling' then return 0 end
if call('HLEN', OPEN) > 0 then return 0 end
if state == 'running' then
  if retrying then return 0 end
  if not abandoned and call('HGET', COUNTS, 'unfinished') ~= '0' then return 0 end
  call('HDEL', JOB, 'cancelled')
else
  call('HDEL', JOB, 'retryUntil', 'retryNext', 'retryCodes')
  call('HSET', JOB, 'cancelled', 1)
end
call('HSET', JOB, 'state', 'settling')
return 1
