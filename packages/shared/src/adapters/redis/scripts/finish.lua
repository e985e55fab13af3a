-- ARGV: shard, version, version + 1, the known cursor and the known end (`=key`, `-` for none, '' for any)
local shard, version, following, cursor, before = unpack(ARGV)
local present, done, at, last =
  unpack(call('HMGET', SHARDS, shard .. ':version', shard .. ':finished', shard .. ':cursor', shard .. ':before'))
if not present then return 'refused' end
if done then return present == following and 'planned' or 'refused' end
local state, abandoned = unpack(call('HMGET', JOB, 'state', 'abandoned'))
if state ~= 'running' or abandoned then return 'not-now' end
if present ~= version then return 'refused' end
if cursor ~= '' and cursor ~= (at and '=' .. at or '-') then return 'refused' end
if before ~= '' and before ~= (last and '=' .. last or '-') then return 'refused' end
call('HSET', SHARDS, shard .. ':finished', 1, shard .. ':version', following)
call('HINCRBY', COUNTS, 'unfinished', -1)
return 'planned'
