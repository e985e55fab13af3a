-- Keeps of a shard's store that is silent when it was first asked in vain, and when somebody last waited for it.
-- ARGV: shard, side, since, now, the gap after which a silence begins anew
local shard, side, since, now, gap = unpack(ARGV)
local state, abandoned = unpack(call('HMGET', JOB, 'state', 'abandoned'))
if state ~= 'running' or abandoned or call('HEXISTS', SHARDS, shard .. ':version') == 0 then return since end
local field = shard .. ':silent:' .. side
local first, last = string.match(call('HGET', SHARDS, field) or '', '^(%d+) (%d+)$')
if first and tonumber(now) - tonumber(last) < tonumber(gap) and tonumber(first) < tonumber(since) then since = first end
call('HSET', SHARDS, field, since .. ' ' .. now)
return since
