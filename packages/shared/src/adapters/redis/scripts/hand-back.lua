-- ARGV: id, run, start
local id = ARGV[1]
if not holds(id, ARGV[2], ARGV[3]) then return 'refused' end
if call('HGET', JOB, 'state') == 'cancelling' then
  drop(id)
else
  call('HINCRBY', TASK, 'starts', -1)
  put_back(id)
end
return 'handed-back'
