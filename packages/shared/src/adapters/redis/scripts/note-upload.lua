-- ARGV: the upload. A job that is removed keeps nothing.
if call('EXISTS', JOB) == 1 then call('SADD', UPLOADS, ARGV[1]) end
return 'done'
