-- Begin a delivery's status history where there is none, and read it together with the present offset.
--
-- KEYS  1 offset  2 status history of the delivery  3 offset epoch  4 the promotion that it takes into account
-- ARGV  1 the present status as JSON, first entry of a new history  2 seconds a history is kept
--       3 name of the epoch, where there is none or it has ended
--       4 epoch and 5 offset that the caller remembers
-- Reply: epoch, offset, entries. Everything published up to the offset and since the first entry is among them.

-- A replica that became the master may lack what the one before it answered last, and would give the same numbers out
-- again. It remembers that master's replication id as its second one; others have zeros there.
local about = redis.pcall('INFO', 'replication')
if type(about) == 'string' then
  local id, before = string.match(about, 'master_replid:(%x+)'), string.match(about, 'master_replid2:(%x+)')
  if id and before and string.find(before, '[^0]') and redis.call('GET', KEYS[4]) ~= id then
    redis.call('SET', KEYS[4], id)
    redis.call('SET', KEYS[3], ARGV[3])
    redis.call('DEL', KEYS[2])
  end
end
redis.call('SET', KEYS[3], ARGV[3], 'NX')
local offset = redis.call('GET', KEYS[1]) or '0'
if redis.call('GET', KEYS[3]) == ARGV[4] and tonumber(offset) < tonumber(ARGV[5]) then
  -- A failover has lost writes: numbers are given out a second time, so they must not be compared with the first.
  redis.call('SET', KEYS[3], ARGV[3])
  redis.call('DEL', KEYS[2])
end
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('RPUSH', KEYS[2], '[' .. offset .. ',' .. ARGV[1] .. ']')
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return {redis.call('GET', KEYS[3]), offset, redis.call('LRANGE', KEYS[2], 0, -1)}
