-- Drops one task of a cancelling job: from the backlog, or without a sign of life since `until`.
-- ARGV: id, '' (it must be in the backlog) or until
local id = ARGV[1]
if call('HGET', JOB, 'state') ~= 'cancelling' or call('HEXISTS', OPEN, id) == 0 then return 'stays' end
local sign = call('ZSCORE', DISPATCHED, id)
if ARGV[2] == '' then
  if sign then return 'stays' end
elseif not sign or tonumber(sign) > tonumber(ARGV[2]) then
  return 'stays'
end
drop(id)
return 'dropped'
