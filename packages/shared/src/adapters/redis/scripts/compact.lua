-- Puts batches of failed objects together, all of these or none. ARGV: the mark that the caller knows, the new one (all batches up
-- to it have been looked at), then per new batch: code, id, sequence, objects, tasks, blob, how many it replaces, their members
local state, retrying = unpack(call('HMGET', JOB, 'state', 'retryUntil'))
if retrying or (state ~= 'running' and state ~= 'paused') then return 'not-now' end
if (call('HGET', COUNTS, 'compacted') or '0') ~= ARGV[1] then return 'not-now' end
local at = 3
while at <= #ARGV do
  local last = at + 6 + tonumber(ARGV[at + 6])
  for place = at + 7, last do
    if not call('ZSCORE', FAILED, ARGV[place]) then return 'not-now' end
  end
  at = last + 1
end

local saved = 0
at = 3
while at <= #ARGV do
  local code, id, sequence, objects, tasks, blob = unpack(ARGV, at, at + 5)
  local last = at + 6 + tonumber(ARGV[at + 6])
  for place = at + 7, last do
    local replaced = string.match(ARGV[place], '^%S+ (.+)$')
    local stored = call('HGET', BATCHES, replaced)
    saved = saved + #stored - string.find(stored, '\n', 1, true)
    call('ZREM', FAILED, ARGV[place])
    call('HDEL', BATCHES, replaced)
  end
  call('ZADD', FAILED, sequence, code .. ' ' .. id)
  call('HSET', BATCHES, id, 'objects ' .. objects .. ' ' .. tasks .. '\n' .. blob)
  saved = saved - #blob
  at = last + 1
end
call('HSET', COUNTS, 'compacted', ARGV[2])
subtract(COUNTS, 'failureBytes', saved)
local bytes = call('HGET', COUNTS, 'breakerBytes')
if bytes then call('HSET', COUNTS, 'breakerBytes', string.format('%.0f', math.max(0, tonumber(bytes) - saved))) end
return 'done'
