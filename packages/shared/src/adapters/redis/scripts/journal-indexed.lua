-- ARGV: names, which must be the first of the list
local first = call('LRANGE', JOURNAL, 0, #ARGV - 1)
for place, name in ipairs(ARGV) do
  if first[place] ~= name then return 'others' end
end
call('LTRIM', JOURNAL, #ARGV, -1)
return 'done'
