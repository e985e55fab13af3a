-- ARGV: a dropped task, the journal part that holds what its record said
if call('HDEL', DROPPED, ARGV[1]) == 1 then call('RPUSH', JOURNAL, ARGV[2]) end
return 'done'
