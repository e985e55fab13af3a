-- ARGV: id, run, now
local id, run, now = unpack(ARGV)
if call('HGET', OPEN, id) ~= run or not call('ZSCORE', DISPATCHED, id) then return { 'gone' } end
local state, revision = unpack(call('HMGET', JOB, 'state', 'revision'))
if state == 'paused' then
  note_crash()
  put_back(id)
  return { 'not-now' }
end
if state ~= 'running' then
  -- A holder that is alive may still commit what it has; the sweep drops the task once it gives no sign.
  if call('HEXISTS', TASK, 'held') == 0 then drop(id) end
  return { 'gone' }
end
note_crash()
local start = call('HINCRBY', TASK, 'starts', 1)
call('HSET', TASK, 'held', start, 'since', now)
call('ZADD', DISPATCHED, now, id)
call('ZADD', RUNNING, now, id)
local parent, first, last = unpack(call('HMGET', TASK, 'parent', 'first', 'last'))
local spread = parent or id
last = last or call('HGET', SPREAD, id .. ':parts') or 0
local parts = {}
for part = tonumber(first or 1), tonumber(last) do
  local recorded = call('HGET', SPREAD, spread .. ':part:' .. part)
  if recorded then
    table.insert(parts, tostring(part))
    table.insert(parts, recorded)
  end
end
return { 'held', start, revision, call('HGETALL', TASK), parts }
