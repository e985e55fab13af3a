-- The job is in the index: its keys stay. Also a repair, for a submit that broke off between index and this.
for _, key in ipairs({ JOB, SHARDS, COUNTS }) do call('PERSIST', key) end
return 'stays'
