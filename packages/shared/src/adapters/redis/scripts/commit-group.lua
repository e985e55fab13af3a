-- ARGV: id, run, start, the object's task. KEYS: behind the group's own, that of the object's task
local id, run, start, parent = unpack(ARGV)
if call('HGET', TASK, 'parent') ~= parent or not holds(id, run, start) then return 'refused' end
local first, last = unpack(call('HMGET', TASK, 'first', 'last'))
for part = tonumber(first), tonumber(last) do
  if call('HEXISTS', SPREAD, parent .. ':part:' .. part) == 0 then return 'refused' end
end
close(id)
call('HINCRBY', COUNTS, 'succeededTasks', 1)
if call('HINCRBY', SPREAD, parent .. ':groups', -1) == 0 then
  local manifest, bytes = unpack(call('HMGET', SPREAD, parent .. ':manifest', parent .. ':bytes'))
  call('HDEL', SPREAD, parent .. ':manifest', parent .. ':bytes', parent .. ':groups', parent .. ':ids')
  come_back(KEYS[FIRST_TASK + 1], parent, { manifest = manifest, bytes = bytes })
end
return 'counted'
