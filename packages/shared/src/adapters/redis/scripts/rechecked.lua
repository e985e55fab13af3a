-- Takes a task off the list of those to look at again; what was late is failed, no longer copied.
-- Answers `ended` where the job has ended meanwhile; its list then stays, for a retry to look at.
-- ARGV: id, objects, bytes, then per batch: code, id, objects, blob
local id = ARGV[1]
local state = call('HGET', JOB, 'state')
if not state or state == 'completed' or state == 'failed' or state == 'cancelled' then return 'ended' end
local entry = call('HGET', RECHECK, id)
if not entry then return 'done' end
call('HDEL', RECHECK, id)
if ARGV[2] == '0' then return 'done' end
local clean = string.sub(entry, 1, 6) == 'clean '
subtract(COUNTS, 'copiedObjects', ARGV[2])
subtract(COUNTS, 'copiedBytes', ARGV[3])
call('HINCRBY', COUNTS, 'failedObjects', ARGV[2])
for at = 4, #ARGV, 4 do
  local tasks = clean and at == 4 and 1 or 0
  store_batch(ARGV[at], ARGV[at + 1], { kind = 'objects', objects = ARGV[at + 2], tasks = tasks, blob = ARGV[at + 3] })
end
if clean then
  call('HINCRBY', COUNTS, 'succeededTasks', -1)
  call('HINCRBY', COUNTS, 'failedTasks', 1)
end
return 'done'
