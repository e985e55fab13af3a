-- ARGV: limit, now. Answers id, run, id, run, …
local taken = {}
if call('HGET', JOB, 'state') ~= 'running' then return taken end
local popped = call('ZPOPMIN', BACKLOG, ARGV[1])
if #popped == 0 then return taken end
local sizes = 0
for at = 1, #popped, 2 do
  local id, size = string.match(popped[at], '^(.*):(%d+)$')
  table.insert(taken, id)
  table.insert(taken, call('HINCRBY', OPEN, id, 1))
  call('ZADD', DISPATCHED, ARGV[2], id)
  sizes = sizes + tonumber(size)
end
call('HSET', COUNTS, 'round', popped[#popped])
subtract(COUNTS, 'backlogBytes', sizes)
return taken
