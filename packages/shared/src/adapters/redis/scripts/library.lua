-- What several steps share. Names in capitals are the job's keys (keys.ts); TASK is the task's own key.
-- Texts are compared for equality only: Lua's `<` follows the server's locale.
local call = redis.call
local SUMS = { 'copiedObjects', 'copiedBytes', 'skippedObjects', 'skippedBytes', 'failedObjects' }

-- A script that fails half-way leaves half of its effects, so nothing here may fail: Redis refuses the text `-0`.
local function subtract(key, field, amount)
  if tonumber(amount) == 0 then return 0 end
  return call('HINCRBY', key, field, string.format('%.0f', -tonumber(amount)))
end

-- Whether this very start of this very run has the task.
local function holds(id, run, start)
  return call('HGET', OPEN, id) == run and call('HGET', TASK, 'held') == start
end

-- A task that is given out again while an object was marked: that object's worker died, unless it is done.
local function note_crash()
  local index = call('HGET', TASK, 'suspect')
  if not index then return end
  call('HDEL', TASK, 'suspect')
  if call('HEXISTS', TASK, 'row:' .. index) == 0 then call('HINCRBY', TASK, 'crash:' .. index, 1) end
end

-- Puts a task that has been out before at the front of the backlog.
local function put_back(id)
  local size = call('HGET', TASK, 'size')
  call('ZREM', DISPATCHED, id)
  call('ZREM', RUNNING, id)
  call('HDEL', TASK, 'held', 'since', 'suspect')
  call('ZADD', BACKLOG, call('HGET', COUNTS, 'round') or '0', id .. ':' .. size)
  call('HINCRBY', COUNTS, 'backlogBytes', size)
end

-- The round in which the next task of a lane is due. Lanes count their rounds apart, the backlog is sorted by round,
-- so lanes give in turn; a lane that was silent starts in the present round.
local function next_round(lane)
  local present = tonumber(call('HGET', COUNTS, 'round') or '0')
  local last = tonumber(call('HGET', SHARDS, lane .. ':round') or '0')
  return math.max(present, last) + 1
end

-- How finely a job's past is kept: seconds of a span, and how many. domain/history.ts says what is done with it, and has the
-- same table. A tier is a field of HISTORY, its spans side by side.
local TIERS = { { 10, 120 }, { 60, 240 }, { 600, 216 }, { 7200, 168 }, { 86400, 400 } }
local SPAN, SPAN_BYTES = '<I4I6d', 18

-- Adds what was settled from the second `from` on; what is too old for its tier moves to the next one.
local function add_span(tier, from, objects, bytes)
  if not TIERS[tier] then return end
  local seconds, most = unpack(TIERS[tier])
  local coarse = TIERS[tier + 1] and TIERS[tier + 1][1] or seconds
  local spans = call('HGET', HISTORY, seconds) or ''
  local start = from - from % seconds
  if #spans > 0 then
    local last, o, b = struct.unpack(SPAN, string.sub(spans, -SPAN_BYTES))
    if start <= last then
      start, objects, bytes = last, objects + o, bytes + b
      spans = string.sub(spans, 1, -SPAN_BYTES - 1)
    end
  end
  spans = spans .. struct.pack(SPAN, start, objects, bytes)
  local first, old, o, b = struct.unpack(SPAN, spans), 0, 0, 0
  if #spans > most * SPAN_BYTES then
    local at = 1
    while at < #spans do
      local time, more_objects, more_bytes = struct.unpack(SPAN, spans, at)
      if time - time % coarse ~= first - first % coarse then break end
      at, o, b = at + SPAN_BYTES, o + more_objects, b + more_bytes
    end
    old = at - 1
  end
  call('HSET', HISTORY, seconds, string.sub(spans, old + 1))
  if old > 0 then add_span(tier + 1, first, o, b) end
end

-- What was settled up to ten seconds that are a minute old becomes history.
local function age_rates(bucket)
  local ages = {}
  for _, field in ipairs(call('HKEYS', RATES)) do
    local past = tonumber(string.match(field, '^(%d+):objects$'))
    if past and past <= bucket - 6 then table.insert(ages, past) end
  end
  table.sort(ages)
  for _, past in ipairs(ages) do
    local fields = { string.format('%d:objects', past), string.format('%d:bytes', past) }
    local objects, bytes = unpack(call('HMGET', RATES, unpack(fields)))
    call('HDEL', RATES, unpack(fields))
    add_span(1, past * 10, tonumber(objects), tonumber(bytes or '0'))
  end
end

-- Objects and bytes per ten seconds.
local function note_rate(now, objects, bytes)
  if objects == 0 and bytes == 0 then return end
  local bucket = math.floor(tonumber(now) / 10000)
  local name = string.format('%d', bucket)
  local all_objects = call('HINCRBY', RATES, name .. ':objects', objects)
  local all_bytes = call('HINCRBY', RATES, name .. ':bytes', string.format('%.0f', bytes))
  if all_objects == objects and all_bytes == bytes then age_rates(bucket) end
end

-- Adds what the task's record sums up to the job's figures.
local function count_record()
  local sums = call('HMGET', TASK, unpack(SUMS))
  local objects = 0
  for place, field in ipairs(SUMS) do
    if sums[place] and sums[place] ~= '0' then
      call('HINCRBY', COUNTS, field, sums[place])
      if place ~= 2 and place ~= 4 then objects = objects + tonumber(sums[place]) end
    end
  end
  call('HINCRBY', COUNTS, 'breakerObjects', objects)
  call('HINCRBY', COUNTS, 'breakerFailed', sums[5] or '0')
end

-- Forgets what is kept of a spread object's present generation.
local function forget_spread(id)
  local parts = call('HGET', SPREAD, id .. ':parts')
  if not parts then return end
  for part = 1, tonumber(parts) do call('HDEL', SPREAD, id .. ':part:' .. part) end
  call('HDEL', SPREAD, id .. ':manifest', id .. ':bytes', id .. ':parts', id .. ':groups', id .. ':ids')
end

-- The task of a spread object, which waited, enters the front of the backlog as another stage of itself.
local function come_back(key, id, stage)
  call('HSET', key, 'objects', 1, 'bytes', stage.bytes, 'size', #stage.manifest, 'manifest', stage.manifest)
  call('ZADD', BACKLOG, call('HGET', COUNTS, 'round') or '0', id .. ':' .. #stage.manifest)
  call('HINCRBY', COUNTS, 'backlogBytes', #stage.manifest)
end

-- Takes a task out of the ledger.
local function close(id)
  call('HDEL', OPEN, id)
  call('ZREM', DISPATCHED, id)
  call('ZREM', RUNNING, id)
  call('UNLINK', TASK)
  forget_spread(id)
end

-- Notes what the job's webhook is to be told. A reason is as the field of JOB has it, or ''.
local function note_occasion(kind, reason)
  local wanted = call('HGET', JOB, 'notifyOn')
  if not wanted or not string.find(wanted, kind, 1, true) then return end
  call('RPUSH', NOTICES, call('HINCRBY', JOB, 'occasions', 1) .. ' ' .. kind .. ' ' .. reason)
end

-- Stores failed objects of one task under one code. `tasks`: how many failed tasks the batch stands for (1 for the
-- first of its task, else 0). `kind`: `objects`, made by the client, or `rows`, made by drop().
local function store_batch(code, id, batch)
  local sequence = call('HINCRBY', COUNTS, 'sequence', 1)
  call('ZADD', FAILED, sequence, code .. ' ' .. id)
  call('HSET', BATCHES, id, batch.kind .. ' ' .. batch.objects .. ' ' .. batch.tasks .. '\n' .. batch.blob)
  call('HINCRBY', COUNTS, 'code:' .. code, batch.objects)
  call('HINCRBY', COUNTS, 'breakerBytes', #batch.blob)
  call('HINCRBY', COUNTS, 'failureBytes', #batch.blob)
end

-- The rows of the task's record, each as `index length\nrow`: all of them, and the failed ones by code.
local function recorded_rows()
  local all, failed = {}, {}
  for _, field in ipairs(call('HKEYS', TASK)) do
    local index = string.match(field, '^row:(%d+)$')
    local row = index and call('HGET', TASK, field)
    if row then
      local entry = index .. ' ' .. #row .. '\n' .. row
      table.insert(all, entry)
      local code = string.match(row, '^failed %d+ (%S+) ')
      if code then
        failed[code] = failed[code] or {}
        table.insert(failed[code], entry)
      end
    end
  end
  return all, failed
end

-- Drops a cancelled job's task that nobody holds any more: what its record says is counted, and kept until it is journaled.
-- With the last group of a spread object goes the object's task, which waits for it.
local function drop(id)
  local parent = call('HGET', TASK, 'parent')
  if parent and call('HINCRBY', SPREAD, parent .. ':groups', -1) == 0 then
    call('HDEL', OPEN, parent)
    forget_spread(parent)
  end
  local size = call('HGET', TASK, 'size')
  if call('ZREM', BACKLOG, id .. ':' .. size) == 1 then subtract(COUNTS, 'backlogBytes', size) end
  count_record()
  local recorded, failed = recorded_rows()
  if #recorded > 0 then call('HSET', DROPPED, id, table.concat(recorded)) end
  if next(failed) then
    local tasks = 1
    for code, rows in pairs(failed) do
      local blob = table.concat(rows) .. '-\n' .. call('HGET', TASK, 'manifest')
      store_batch(code, id .. '.' .. code, { kind = 'rows', objects = #rows, tasks = tasks, blob = blob })
      tasks = 0
    end
    call('HINCRBY', COUNTS, 'failedTasks', 1)
  end
  close(id)
end
