-- Note which database everything here is about, and how far it has come. A beat never goes back by being noted late.
-- KEYS  1 database   ARGV  1 name  2 beat  3 sequences as JSON  4 whether another name is replaced (1)
local name, beat = redis.call('HGET', KEYS[1], 'name'), redis.call('HGET', KEYS[1], 'beat')
if name and ARGV[4] ~= '1' and (name ~= ARGV[1] or tonumber(beat) >= tonumber(ARGV[2])) then
  return 0
end
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'name', ARGV[1], 'beat', ARGV[2], 'sequences', ARGV[3],
  'at_ms', string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)))
return 1
