-- Rows begin with `state sizeBytes code `. ARGV: id, run, start, now, then index, row, index, row, …
local id, run, start, now = unpack(ARGV, 1, 4)
if not holds(id, run, start) then return { 'refused' } end
local standing = {}
local added = { copied = { 0, 0 }, skipped = { 0, 0 }, failed = { 0, 0 } }
for at = 5, #ARGV, 2 do
  local index, row = ARGV[at], ARGV[at + 1]
  if call('HSETNX', TASK, 'row:' .. index, row) == 1 then
    local kind, size = string.match(row, '^(%a+) (%d+) ')
    added[kind][1] = added[kind][1] + 1
    added[kind][2] = added[kind][2] + tonumber(size)
  else
    table.insert(standing, index)
    table.insert(standing, call('HGET', TASK, 'row:' .. index))
  end
end
local objects = added.copied[1] + added.skipped[1] + added.failed[1]
if objects > 0 then
  call('HINCRBY', TASK, 'rows', objects)
  for kind, sums in pairs(added) do
    if sums[1] > 0 then
      call('HINCRBY', TASK, kind .. 'Objects', sums[1])
      if kind ~= 'failed' then call('HINCRBY', TASK, kind .. 'Bytes', string.format('%.0f', sums[2])) end
    end
  end
  note_rate(now, objects, added.copied[2] + added.skipped[2])
end
call('ZADD', DISPATCHED, now, id)
local state, revision = unpack(call('HMGET', JOB, 'state', 'revision'))
return { 'recorded', state, revision, standing }
