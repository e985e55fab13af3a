-- ARGV: reason, the revision that it is about or ''
local state, revision = unpack(call('HMGET', JOB, 'state', 'revision'))
if state ~= 'running' or (ARGV[2] ~= '' and ARGV[2] ~= revision) then return 'not-now' end
call('HSETNX', JOB, 'abandoned', ARGV[1])
-- Who takes the listing up again waits for the stores anew.
for _, field in ipairs(call('HKEYS', SHARDS)) do
  if string.find(field, ':silent:', 1, true) then call('HDEL', SHARDS, field) end
end
return 'abandoned'
