-- Entries of the log that stand in the database: forget them, and count what is left.
-- KEYS  1 log  2 backlog      ARGV  1 group, then for each entry: id, number of fixes
-- Two writers may tell of the same entry; only the one that deletes it counts.
local left = 0
for at = 2, #ARGV, 2 do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[at])
  if redis.call('XDEL', KEYS[1], ARGV[at]) == 1 then
    left = redis.call('DECRBY', KEYS[2], ARGV[at + 1])
  end
end
if left < 0 then
  redis.call('SET', KEYS[2], 0)
end
return left
