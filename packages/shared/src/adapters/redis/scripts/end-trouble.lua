-- ARGV: the side whose store answers
if call('HGET', JOB, 'troubleSide') == ARGV[1] then call('HDEL', JOB, 'trouble', 'troubleUntilMs', 'troubleSide') end
return 'ended'
