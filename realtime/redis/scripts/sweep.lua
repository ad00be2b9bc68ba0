-- Transporters that went offline leave the index. Asked and done in one step, so one that pings meanwhile stays.
-- KEYS  1 last-seen  2 geo      ARGV  1 oldest last-seen that is online (ms)  2 most at once
-- Reply: who went. Their newest fixes stay, so that the live position never moves back when they return.
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, transporter in ipairs(gone) do
  redis.call('ZREM', KEYS[2], transporter)
  redis.call('ZREM', KEYS[1], transporter)
end
return gone
