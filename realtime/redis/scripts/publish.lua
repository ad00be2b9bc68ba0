-- Publish one status under the next offset and keep it for watchers who come back.
--
-- KEYS  1 offset  2 status history of the delivery
-- ARGV  1 channel of the delivery  2 channel of all deliveries  3 the status as JSON
--       4 most statuses kept  5 seconds they are kept
-- Reply: the offset; 0 where this very status was published before.

local status = ARGV[3]
local last = redis.call('LINDEX', KEYS[2], -1)
if last and string.sub(last, -(#status + 1), -2) == status then
  return 0  -- a call that timed out may have been carried out all the same
end
local offset = redis.call('INCR', KEYS[1])
local update = '[' .. string.format('%.0f', offset) .. ',' .. status .. ']'
-- Only where somebody has watched: nobody else can come back.
if redis.call('RPUSHX', KEYS[2], update) > 0 then
  redis.call('LTRIM', KEYS[2], -tonumber(ARGV[4]), -1)
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
redis.call('SPUBLISH', ARGV[1], update)
redis.call('SPUBLISH', ARGV[2], update)
return offset
