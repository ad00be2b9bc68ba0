-- History writers that are gone and left nothing undone leave the group. Asked and done in one step: one that holds
-- entries must stay, or they would be nobody's.
-- KEYS  1 log      ARGV  1 group  2 silence from which on a writer is gone (ms)
-- Reply: how many went. One that comes back is in the group again with its next question.
local writers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if writers.err then
  return 0  -- no log or no group yet
end
local gone = 0
for _, writer in ipairs(writers) do
  local facts = {}
  for at = 1, #writer, 2 do
    facts[writer[at]] = writer[at + 1]
  end
  if facts.pending == 0 and facts.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts.name)
    gone = gone + 1
  end
end
return gone
