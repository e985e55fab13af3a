-- ARGV: shard, version, planId, cursor, the known cursor (`=cursor`, `-` for none, '' for any), then per task: id, objects, bytes, manifest. KEYS: the tasks' keys behind the job's
local shard, version, plan, cursor, known = unpack(ARGV, 1, 5)
local present, last, before = unpack(call('HMGET', SHARDS, shard .. ':version', shard .. ':plan', shard .. ':cursor'))
if not present then return 'refused' end
if last == plan then return 'planned' end
local state, abandoned = unpack(call('HMGET', JOB, 'state', 'abandoned'))
if state ~= 'running' or abandoned then return 'not-now' end
if present ~= version then return 'refused' end
if known ~= '' and known ~= (before and '=' .. before or '-') then return 'refused' end

local round = next_round(shard)
local objects, bytes, sizes = 0, 0, 0
for at = 6, #ARGV, 4 do
  local id, manifest = ARGV[at], ARGV[at + 3]
  local key = KEYS[FIRST_TASK + (at - 6) / 4]
  call('HSET', key, 'objects', ARGV[at + 1], 'bytes', ARGV[at + 2], 'size', #manifest, 'manifest', manifest)
  call('HSET', OPEN, id, 0)
  call('ZADD', BACKLOG, round, id .. ':' .. #manifest)
  round = round + 1
  objects = objects + tonumber(ARGV[at + 1])
  bytes = bytes + tonumber(ARGV[at + 2])
  sizes = sizes + #manifest
end
call('HSET', SHARDS, shard .. ':cursor', cursor, shard .. ':plan', plan, shard .. ':round', round - 1)
call('HINCRBY', SHARDS, shard .. ':version', 1)
call('HINCRBY', COUNTS, 'listedObjects', objects)
call('HINCRBY', COUNTS, 'listedBytes', string.format('%.0f', bytes))
call('HINCRBY', COUNTS, 'backlogBytes', sizes)
return 'planned'
