-- Every figure of a job at one moment; what running tasks have done is read apart.
local created = call('HGET', JOB, 'createdAtMs')
if not created then return {} end
return {
  created,
  call('HGETALL', COUNTS),
  call('ZCARD', BACKLOG),
  call('ZCARD', DISPATCHED),
  call('ZCARD', RUNNING),
  call('HGETALL', RATES),
  call('ZRANGE', RUNNING, 0, 999),
}
