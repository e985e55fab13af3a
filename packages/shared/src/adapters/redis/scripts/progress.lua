-- Rows begin with `state sizeBytes code `. ARGV: id, run, start, now, then index, row, index, row, …
local id, run, start, now = unpack(ARGV, 1, 4)
if not holds(id, run, start) then return { 'refused' } end
local standing = {}
local added = { copied = { 0, 0 }, skipped = { 0, 0 }, failed = { 0, 0 } }
-- Lua takes some thousand values apart in one go, and no more.
local AT_ONCE = 2000
local own = {}
for first = 5, #ARGV, AT_ONCE do
  local last = math.min(first + AT_ONCE - 1, #ARGV)
  local fields, fresh = {}, {}
  for at = first, last, 2 do fields[#fields + 1] = 'row:' .. ARGV[at] end
  for place, stood in ipairs(call('HMGET', TASK, unpack(fields))) do
    local at = first + 2 * (place - 1)
    local row, field = ARGV[at + 1], fields[place]
    stood = stood or own[field]
    if stood then
      standing[#standing + 1] = ARGV[at]
      standing[#standing + 1] = stood
    else
      own[field] = row
      local kind, size = string.match(row, '^(%a+) (%d+) ')
      local sums = added[kind]
      sums[1], sums[2] = sums[1] + 1, sums[2] + size
      fresh[#fresh + 1] = field
      fresh[#fresh + 1] = row
    end
  end
  if #fresh > 0 then call('HSET', TASK, unpack(fresh)) end
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
