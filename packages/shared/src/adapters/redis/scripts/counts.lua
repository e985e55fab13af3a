-- Every figure of a job at one moment; what running tasks have done is read apart. ARGV: how many running tasks to name
local created = call('HGET', JOB, 'createdAtMs')
if not created then return {} end
local asked = tonumber(ARGV[1])
return {
  created,
  call('HGETALL', COUNTS),
  call('ZCARD', BACKLOG),
  call('ZCARD', DISPATCHED),
  call('ZCARD', RUNNING),
  call('HGETALL', RATES),
  asked > 0 and call('ZRANGE', RUNNING, 0, asked - 1) or {},
}
