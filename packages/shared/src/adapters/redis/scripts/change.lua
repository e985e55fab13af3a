-- ARGV: pause|resume|cancel|patch, reason or '', sealed credentials or '', limits or '', weight or '', the revision that a pause is about or ''
local change, reason, sealed, limits, weight, revision = unpack(ARGV)
local state = call('HGET', JOB, 'state')
if not state then return 'unknown' end

local function replace(field, value)
  if value == '' or call('HGET', JOB, field) == value then return false end
  call('HSET', JOB, field, value)
  return true
end

if change == 'pause' then
  if state == 'paused' then return 'unchanged' end
  if state ~= 'running' then return 'refused' end
  if revision ~= '' and call('HGET', JOB, 'revision') ~= revision then return 'refused' end
  call('HSET', JOB, 'state', 'paused', 'reason', reason)
  if reason ~= '' then note_occasion('paused', reason) end
  return 'changed'
end
if change == 'resume' then
  if state ~= 'paused' and state ~= 'running' then return 'refused' end
  local replaced = replace('sealedCredentials', sealed)
  if replaced then call('HINCRBY', JOB, 'revision', 1) end
  if state == 'running' then return replaced and 'changed' or 'unchanged' end
  call('HSET', JOB, 'state', 'running')
  call('HDEL', JOB, 'reason')
  call('HDEL', COUNTS, 'breakerObjects', 'breakerFailed', 'breakerBytes')
  return 'changed'
end
if change == 'cancel' then
  if state == 'cancelling' or state == 'cancelled' then return 'unchanged' end
  if state == 'settling' and call('HEXISTS', JOB, 'cancelled') == 1 then return 'unchanged' end
  if state ~= 'running' and state ~= 'paused' then return 'refused' end
  call('HSET', JOB, 'state', 'cancelling')
  call('HDEL', JOB, 'reason')
  return 'changed'
end
if state == 'completed' or state == 'failed' or state == 'cancelled' then return 'refused' end
local limited = replace('limits', limits)
local weighed = replace('weight', weight)
local replaced = replace('sealedCredentials', sealed)
if not (limited or weighed or replaced) then return 'unchanged' end
call('HINCRBY', JOB, 'revision', 1)
return 'changed'
