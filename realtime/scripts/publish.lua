-- Publish one update under the next offset.
-- KEYS  1 offset     ARGV  1 channel  2 the update as JSON
local offset = redis.call('INCR', KEYS[1])
redis.call('PUBLISH', ARGV[1], '[' .. string.format('%.0f', offset) .. ',' .. ARGV[2] .. ']')
return offset
