-- Enters a job into the index unless its name or Idempotency-Key is taken.
-- KEYS: names, idempotency, created, active. ARGV: jobId, name, idempotency key or '', createdAtMs
local id, name, key = ARGV[1], ARGV[2], ARGV[3]
local made = key ~= '' and redis.call('HGET', KEYS[2], key)
if made and made ~= id then return { 'repeated', made } end
local namesake = redis.call('HGET', KEYS[1], name)
if namesake and namesake ~= id then return { 'name-in-use', namesake } end
if namesake == id then return { 'submitted' } end
redis.call('HSET', KEYS[1], name, id)
if key ~= '' then redis.call('HSET', KEYS[2], key, id) end
redis.call('ZADD', KEYS[3], ARGV[4], id)
redis.call('ZADD', KEYS[4], 0, id)
return { 'submitted' }
