-- Forgets a shard that is listed to its end, so that the ledger does not grow with the listing. One that is not there is finished.
-- ARGV: shard, version, the known cursor and the known end (`=key`, `-` for none, '' for any)
local shard, version, cursor, before = unpack(ARGV)
local present, at, last = unpack(call('HMGET', SHARDS, shard .. ':version', shard .. ':cursor', shard .. ':before'))
local state, abandoned = unpack(call('HMGET', JOB, 'state', 'abandoned'))
if not state then return 'refused' end
if not present then return 'planned' end
if state ~= 'running' or abandoned then return 'not-now' end
if present ~= version then return 'refused' end
if cursor ~= '' and cursor ~= (at and '=' .. at or '-') then return 'refused' end
if before ~= '' and before ~= (last and '=' .. last or '-') then return 'refused' end
for _, field in ipairs({ 'version', 'after', 'before', 'cursor', 'plan', 'round', 'silent:source', 'silent:target' }) do
  call('HDEL', SHARDS, shard .. ':' .. field)
end
call('HINCRBY', COUNTS, 'unfinished', -1)
return 'planned'
