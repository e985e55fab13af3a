-- Tasks whose last sign of life is not after `until`. In a cancelling job their ids alone, for `drop`.
-- ARGV: until, now, limit. Answers the state, then id, run, id, run, …
local state = call('HGET', JOB, 'state')
if state ~= 'running' and state ~= 'paused' and state ~= 'cancelling' then return { 'none' } end
local found = { state }
for _, id in ipairs(call('ZRANGEBYSCORE', DISPATCHED, '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  if state ~= 'cancelling' then call('ZADD', DISPATCHED, ARGV[2], id) end
  table.insert(found, id)
  table.insert(found, call('HGET', OPEN, id))
end
return found
