-- What the masters ask of a job again and again, in one call. KEYS: job, counts, backlog, open.
local job = redis.call("HMGET", KEYS[1], "state", "weight", "createdAtMs", "generation", "abandoned", "revision")
local counts = redis.call("HMGET", KEYS[2], "backlogBytes", "failureBytes", "unfinished")
local pending = redis.call("ZCARD", KEYS[3])
local open = redis.call("HLEN", KEYS[4])
return { job, counts, pending, open, redis.call("PTTL", KEYS[1]) }
