-- Takes up to what is wanted out of two token buckets, one of bytes and one of requests. A bucket grows by its rate and
-- holds at most one second's worth; a new one starts with a tenth of that. The clock is Redis' own: one for the fleet.
-- KEYS: the budget. ARGV: bytes wanted, bytes per second, requests wanted, requests per second (0: no limit).
local BUDGET = KEYS[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000

local function lease(kind, wanted, per_second)
  if per_second == 0 or wanted == 0 then return wanted end
  local tokens = tonumber(redis.call('HGET', BUDGET, kind) or per_second / 10)
  local at = tonumber(redis.call('HGET', BUDGET, kind .. ':at') or now)
  tokens = math.min(per_second, tokens + math.max(0, now - at) / 1000 * per_second)
  local taken = math.min(wanted, math.floor(tokens))
  redis.call('HSET', BUDGET, kind, string.format('%.3f', tokens - taken), kind .. ':at', string.format('%.3f', now))
  return taken
end

local bytes = lease('bytes', tonumber(ARGV[1]), tonumber(ARGV[2]))
local requests = lease('requests', tonumber(ARGV[3]), tonumber(ARGV[4]))
redis.call('PEXPIRE', BUDGET, 60000)
return { string.format('%.0f', bytes), string.format('%.0f', requests) }
