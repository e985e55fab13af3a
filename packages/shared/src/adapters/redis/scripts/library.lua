-- What several steps share. Names in capitals are the job's keys (keys.ts); TASK is the task's own key.
-- Texts are compared for equality only: Lua's `<` follows the server's locale.
local call = redis.call
local SUMS = { 'copiedObjects', 'copiedBytes', 'skippedObjects', 'skippedBytes', 'failedObjects' }

-- A script that fails half-way leaves half of its effects, so nothing here may fail: Redis refuses the text `-0`.
local function subtract(key, field, amount)
  if tonumber(amount) == 0 then return 0 end
  return call('HINCRBY', key, field, '-' .. string.format('%.0f', tonumber(amount)))
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

-- Objects and bytes per ten seconds; those older than a minute are forgotten when a new ten seconds begin.
local function note_rate(now, objects, bytes)
  if objects == 0 and bytes == 0 then return end
  local bucket = math.floor(tonumber(now) / 10000)
  local name = string.format('%d', bucket)
  if call('HINCRBY', RATES, name .. ':objects', objects) == objects then
    for _, field in ipairs(call('HKEYS', RATES)) do
      if tonumber(string.match(field, '^%d+')) <= bucket - 6 then call('HDEL', RATES, field) end
    end
  end
  call('HINCRBY', RATES, name .. ':bytes', string.format('%.0f', bytes))
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

-- The failed rows of the task's record by code, each as `index length\nrow`.
local function failed_rows()
  local by_code = {}
  for _, field in ipairs(call('HKEYS', TASK)) do
    local index = string.match(field, '^row:(%d+)$')
    local row = index and call('HGET', TASK, field)
    local code = row and string.match(row, '^failed %d+ (%S+) ')
    if code then
      by_code[code] = by_code[code] or {}
      table.insert(by_code[code], index .. ' ' .. #row .. '\n' .. row)
    end
  end
  return by_code
end

-- Drops a cancelled job's task that nobody holds any more: what its record says is counted. With the last group of a
-- spread object goes the object's task, which waits for it.
local function drop(id)
  local parent = call('HGET', TASK, 'parent')
  if parent and call('HINCRBY', SPREAD, parent .. ':groups', -1) == 0 then
    call('HDEL', OPEN, parent)
    forget_spread(parent)
  end
  local size = call('HGET', TASK, 'size')
  if call('ZREM', BACKLOG, id .. ':' .. size) == 1 then subtract(COUNTS, 'backlogBytes', size) end
  count_record()
  if (call('HGET', TASK, 'failedObjects') or '0') ~= '0' then
    local tasks = 1
    for code, rows in pairs(failed_rows()) do
      local blob = table.concat(rows) .. '-\n' .. call('HGET', TASK, 'manifest')
      store_batch(code, id .. '.' .. code, { kind = 'rows', objects = #rows, tasks = tasks, blob = blob })
      tasks = 0
    end
    call('HINCRBY', COUNTS, 'failedTasks', 1)
  end
  close(id)
end
