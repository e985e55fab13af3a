-- ARGV: id, run, start, now, how many outcomes, their indexes as bits, the five sums, journal part or '', recheck entry or '',
-- then per batch of failures: code, id, objects, blob
local id, run, start, now, outcomes, bits = unpack(ARGV, 1, 6)
local FIRST_SUM, PART, RECHECKED, FIRST_BATCH = 7, 12, 13, 14
if not holds(id, run, start) or call('HEXISTS', TASK, 'parent') == 1 then return { 'refused' } end

local objects, rows, failedRows = unpack(call('HMGET', TASK, 'objects', 'rows', 'failedObjects'))
rows = tonumber(rows or '0')
if rows > 0 then
  local standing = {}
  for _, field in ipairs(call('HKEYS', TASK)) do
    local index = tonumber(string.match(field, '^row:(%d+)$'))
    local byte = index and string.byte(bits, math.floor(index / 8) + 1)
    if byte and bit.band(byte, bit.lshift(1, index % 8)) ~= 0 then
      table.insert(standing, string.format('%d', index))
      table.insert(standing, call('HGET', TASK, field))
    end
  end
  if #standing > 0 then return { 'behind', standing } end
end
local state = call('HGET', JOB, 'state')
local covered = rows + tonumber(outcomes) == tonumber(objects)
if not covered and state ~= 'cancelling' then return { 'refused' } end
local failed = tonumber(failedRows or '0') + tonumber(ARGV[FIRST_SUM + 4])
local listed = 0
for at = FIRST_BATCH, #ARGV, 4 do listed = listed + tonumber(ARGV[at + 2]) end
if listed ~= failed then return { 'refused' } end

if rows > 0 then count_record() end
for place, field in ipairs(SUMS) do
  local sum = ARGV[FIRST_SUM + place - 1]
  if sum ~= '0' then call('HINCRBY', COUNTS, field, sum) end
end
-- The bytes of a spread object were noted with its parts.
local copied = call('HEXISTS', SPREAD, id .. ':parts') == 1 and 0 or tonumber(ARGV[FIRST_SUM + 1])
note_rate(now, tonumber(outcomes), copied + tonumber(ARGV[FIRST_SUM + 3]))
call('HINCRBY', COUNTS, 'breakerObjects', outcomes)
if ARGV[FIRST_SUM + 4] ~= '0' then call('HINCRBY', COUNTS, 'breakerFailed', ARGV[FIRST_SUM + 4]) end
for at = FIRST_BATCH, #ARGV, 4 do
  local tasks = at == FIRST_BATCH and 1 or 0
  store_batch(ARGV[at], ARGV[at + 1], { kind = 'objects', objects = ARGV[at + 2], tasks = tasks, blob = ARGV[at + 3] })
end
if failed > 0 then
  call('HINCRBY', COUNTS, 'failedTasks', 1)
elseif covered then
  call('HINCRBY', COUNTS, 'succeededTasks', 1)
end
if ARGV[PART] ~= '' then call('RPUSH', JOURNAL, ARGV[PART]) end
if ARGV[RECHECKED] ~= '' then call('HSET', RECHECK, id, (failed > 0 and 'failed ' or 'clean ') .. ARGV[RECHECKED]) end
close(id)

-- The circuit breaker: failureLimitReason in domain/failure-limit.ts decides the same and makes the sentence.
if failed > 0 and state == 'running' then
  local all, bad, bytes = unpack(call('HMGET', COUNTS, 'breakerObjects', 'breakerFailed', 'breakerBytes'))
  local share, after, most, room = unpack(call('HMGET', JOB, 'failShare', 'failAfter', 'failObjects', 'failBytes'))
  local n, f = tonumber(all), tonumber(bad)
  local tooMany = (n >= tonumber(after) and f > tonumber(share) * n) or f >= tonumber(most)
  if tooMany or tonumber(bytes) >= tonumber(room) then
    local reason = 'limit ' .. all .. ' ' .. bad .. ' ' .. bytes
    call('HSET', JOB, 'state', 'paused', 'reason', reason)
    note_occasion('paused', reason)
  end
end
return { 'counted' }
