-- Takes a job out of the index; names and keys that belong to another job by now stay.
-- KEYS: names, idempotency, created, active. ARGV: jobId, name or '', idempotency key or ''
local id = ARGV[1]
if redis.call('HGET', KEYS[1], ARGV[2]) == id then redis.call('HDEL', KEYS[1], ARGV[2]) end
if redis.call('HGET', KEYS[2], ARGV[3]) == id then redis.call('HDEL', KEYS[2], ARGV[3]) end
redis.call('ZREM', KEYS[3], id)
redis.call('ZREM', KEYS[4], id)
return 'gone'
