-- Takes an ended job off the list of active ones, unless a retry has put it there anew (with a higher generation).
-- KEYS: active. ARGV: jobId, generation
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 'done'
