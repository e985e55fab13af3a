-- ARGV: shard, version, version + 1
local shard, version, following = unpack(ARGV)
local present, done = unpack(call('HMGET', SHARDS, shard .. ':version', shard .. ':finished'))
if not present then return 'refused' end
if done then return present == following and 'planned' or 'refused' end
local state, abandoned = unpack(call('HMGET', JOB, 'state', 'abandoned'))
if state ~= 'running' or abandoned then return 'not-now' end
if present ~= version then return 'refused' end
call('HSET', SHARDS, shard .. ':finished', 1, shard .. ':version', following)
call('HINCRBY', COUNTS, 'unfinished', -1)
return 'planned'
