-- ARGV: id, run, start, the object's task, its next manifest, its bytes, its failed row or '', then the ids of the generation's
-- groups. KEYS: behind the task's own, that of the object's task, then the groups' in the same order
local id, run, start, parent, manifest, bytes, row = unpack(ARGV, 1, 7)
if not holds(id, run, start) or call('HEXISTS', SPREAD, parent .. ':parts') == 0 then return 'refused' end
if id ~= parent and call('HGET', TASK, 'parent') ~= parent then return 'refused' end
if (call('HGET', SPREAD, parent .. ':ids') or '') ~= table.concat(ARGV, ' ', 8) then return 'refused' end

for at = 8, #ARGV do
  local group, key = ARGV[at], KEYS[FIRST_TASK + at - 6]
  if call('HDEL', OPEN, group) == 1 then
    local size = call('HGET', key, 'size')
    if call('ZREM', BACKLOG, group .. ':' .. size) == 1 then subtract(COUNTS, 'backlogBytes', size) end
    call('ZREM', DISPATCHED, group)
    call('ZREM', RUNNING, group)
    call('UNLINK', key)
  end
end
call('ZREM', DISPATCHED, parent)
call('ZREM', RUNNING, parent)
call('UNLINK', KEYS[FIRST_TASK + 1])
forget_spread(parent)
come_back(KEYS[FIRST_TASK + 1], parent, { manifest = manifest, bytes = bytes })
if row ~= '' then call('HSET', KEYS[FIRST_TASK + 1], 'row:0', row, 'rows', 1, 'failedObjects', 1) end
return 'ended'
