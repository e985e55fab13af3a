-- Moves some batches to the backlog. ARGV: until (of the retry it belongs to), next (all up to it has been looked at),
-- 'more' or 'last', then member, id, member, id, … KEYS: the new tasks' keys. Answers objects and tasks moved.
local state, expected, already = unpack(call('HMGET', JOB, 'state', 'retryUntil', 'retryNext'))
if expected ~= ARGV[1] or (state ~= 'running' and state ~= 'paused') then return { 0, 0 } end
local round = next_round('retry')
local objects, tasks, failed, sizes, freed = 0, 0, 0, 0, 0
for at = 4, #ARGV, 2 do
  local member, id = ARGV[at], ARGV[at + 1]
  if call('ZREM', FAILED, member) == 1 then
    local key = KEYS[FIRST_TASK + (at - 4) / 2]
    local stored = call('HGET', BATCHES, id)
    local count, stands, bytes, body = string.match(stored, '^objects (%d+) (%d+)\n(%d+)\n()')
    local manifest = string.sub(stored, body)
    call('HDEL', BATCHES, id)
    freed = freed + #stored - string.find(stored, '\n', 1, true)
    call('HSET', key, 'objects', count, 'bytes', bytes, 'size', #manifest, 'manifest', manifest)
    call('HSET', OPEN, id, 0)
    call('ZADD', BACKLOG, round, id .. ':' .. #manifest)
    round = round + 1
    objects, tasks, failed, sizes = objects + tonumber(count), tasks + 1, failed + tonumber(stands), sizes + #manifest
    local code = string.match(member, '^%S+')
    if subtract(COUNTS, 'code:' .. code, count) == 0 then call('HDEL', COUNTS, 'code:' .. code) end
  end
end
call('HSET', SHARDS, 'retry:round', round - 1)
subtract(COUNTS, 'failedObjects', objects)
subtract(COUNTS, 'failedTasks', failed)
subtract(COUNTS, 'failureBytes', freed)
call('HINCRBY', COUNTS, 'backlogBytes', sizes)
if ARGV[3] == 'last' then
  call('HDEL', JOB, 'retryUntil', 'retryNext', 'retryCodes')
elseif tonumber(already) < tonumber(ARGV[2]) then
  call('HSET', JOB, 'retryNext', ARGV[2])
end
return { objects, tasks }
