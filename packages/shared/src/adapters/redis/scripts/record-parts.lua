-- Parts begin with `size `. ARGV: id, run, start, now, then number, part, number, part, …
local id, run, start, now = unpack(ARGV, 1, 4)
local parent = call('HGET', TASK, 'parent')
if not parent or not holds(id, run, start) then return 'refused' end
local bytes = 0
for at = 5, #ARGV, 2 do
  if call('HSETNX', SPREAD, parent .. ':part:' .. ARGV[at], ARGV[at + 1]) == 1 then
    bytes = bytes + tonumber(string.match(ARGV[at + 1], '^%d+'))
  end
end
if bytes > 0 then
  call('HINCRBY', TASK, 'partBytes', string.format('%.0f', bytes))
  note_rate(now, 0, bytes)
end
call('ZADD', DISPATCHED, now, id)
return 'recorded'
