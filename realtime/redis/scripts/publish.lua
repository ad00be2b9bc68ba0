-- Publish statuses under the next offsets, keep each for watchers who come back, and tell the transporters concerned.
--
-- KEYS  1 offset, then the status history of each delivery
-- ARGV  1 channel of all deliveries  2 most statuses kept  3 seconds they are kept
--       then for each delivery: its channel, its status as JSON, the transporter's channel and what to say there; both
--       empty where nobody is told
-- Reply: how many were published; a status that was published before is not published again.

local published = 0
for number = 2, #KEYS do
  local at = 4 * number - 4
  local status = ARGV[at + 1]
  local last = redis.call('LINDEX', KEYS[number], -1)
  -- A call that timed out may have been carried out all the same.
  if not last or string.sub(last, -(#status + 1), -2) ~= status then
    local offset = redis.call('INCR', KEYS[1])
    local update = '[' .. string.format('%.0f', offset) .. ',' .. status .. ']'
    -- Only where somebody has watched: nobody else can come back.
    if redis.call('RPUSHX', KEYS[number], update) > 0 then
      redis.call('LTRIM', KEYS[number], -tonumber(ARGV[2]), -1)
      redis.call('EXPIRE', KEYS[number], ARGV[3])
    end
    redis.call('SPUBLISH', ARGV[at], update)
    redis.call('SPUBLISH', ARGV[1], update)
    published = published + 1
  end
  if ARGV[at + 2] ~= '' then
    redis.call('SPUBLISH', ARGV[at + 2], ARGV[at + 3])
  end
end
return published
