-- ARGV: shard, version, at, the new shard
local shard, version, at, added = unpack(ARGV)
local present, cursor, before =
  unpack(call('HMGET', SHARDS, shard .. ':version', shard .. ':cursor', shard .. ':before'))
if not present then return 'refused' end
if call('HEXISTS', SHARDS, added .. ':version') == 1 then return 'planned' end
local state, abandoned = unpack(call('HMGET', JOB, 'state', 'abandoned'))
if state ~= 'running' or abandoned then return 'not-now' end
if present ~= version or at == cursor or at == before then return 'refused' end

call('HSET', SHARDS, shard .. ':before', at, added .. ':version', 1, added .. ':after', at)
if before then call('HSET', SHARDS, added .. ':before', before) end
call('HINCRBY', SHARDS, shard .. ':version', 1)
call('HINCRBY', COUNTS, 'unfinished', 1)
return 'planned'
