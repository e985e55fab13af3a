-- Lets the object's task wait and plans its groups of parts. ARGV: id, run, start, upload, manifest of the completion, bytes and
-- parts of the object, then per group: id, bytes, first part, last part, manifest. KEYS: behind the task's own, the groups'
local id, run, start, upload, manifest, bytes, parts = unpack(ARGV, 1, 7)
if not holds(id, run, start) then return 'refused' end
-- An object whose outcome is on record is not begun.
if call('HEXISTS', TASK, 'rows') == 1 then return 'refused' end
if call('HEXISTS', TASK, 'parent') == 1 or call('HEXISTS', SPREAD, id .. ':parts') == 1 then return 'refused' end
if call('HGET', JOB, 'state') == 'cancelling' then return 'not-now' end

call('SADD', UPLOADS, upload)
call('ZREM', DISPATCHED, id)
call('ZREM', RUNNING, id)
call('UNLINK', TASK)
local round = next_round('large')
local groups, sizes, ids = 0, 0, {}
for at = 8, #ARGV, 5 do
  local group, packed = ARGV[at], ARGV[at + 4]
  groups = groups + 1
  table.insert(ids, group)
  call('HSET', KEYS[FIRST_TASK + groups], 'parent', id, 'objects', 0, 'bytes', ARGV[at + 1], 'first', ARGV[at + 2],
    'last', ARGV[at + 3], 'size', #packed, 'manifest', packed)
  call('HSET', OPEN, group, 0)
  call('ZADD', BACKLOG, round, group .. ':' .. #packed)
  round = round + 1
  sizes = sizes + #packed
end
call('HSET', SHARDS, 'large:round', round - 1)
call('HINCRBY', COUNTS, 'backlogBytes', sizes)
call('HSET', SPREAD, id .. ':manifest', manifest, id .. ':bytes', bytes, id .. ':parts', parts, id .. ':groups', groups,
  id .. ':ids', table.concat(ids, ' '))
return 'spread'
