-- ARGV: now, reason or ''. Answers the job's generation once it has ended.
local state, abandoned, cancelled, generation =
  unpack(call('HMGET', JOB, 'state', 'abandoned', 'cancelled', 'generation'))
if state ~= 'settling' then return '' end
-- A settler that comes late must not close what a later round of settling has not looked at yet.
if ARGV[2] == '' and (call('HLEN', RECHECK) > 0 or call('HLEN', DROPPED) > 0 or call('LLEN', JOURNAL) > 0) then return '' end
local reason = ARGV[2] ~= '' and ARGV[2] or abandoned
local ended = cancelled and 'cancelled' or reason and 'failed' or 'completed'
call('HSET', JOB, 'state', ended, 'endedAtMs', ARGV[1])
if reason then call('HSET', JOB, 'reason', reason) else call('HDEL', JOB, 'reason') end
note_occasion('ended', reason or '')
return generation
