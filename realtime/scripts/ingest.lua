-- One batch of fixes, atomically: dedupe, durable log, newest fix wins, geo index, last-seen, publish.
--
-- KEYS  1 log  2 live  3 live-at  4 geo  5 last-seen  6 offset  7 backlog
-- ARGV  1 now (ms)  2 prefix of seen bitmaps  3 prefix of last seqs  4 prefix of position channels
--       then for each group: transporter, device stream, number of fixes,
--       and for each fix: seq, recorded (ms), lat, lon, the fix as JSON
-- Reply for each group: how many fixes were new.

local CHUNK = 4096               -- seqs a bitmap, 512 bytes
local SEEN_FOR_S = 40 * 86400    -- longer than the oldest fix that is accepted
local GEO_MAX_LAT = 85.05112878  -- beyond it the geo index has no cells

local now = ARGV[1]
local logged = {}
local reply = {}
local at = 5

while at <= #ARGV do
  local transporter, stream, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  at = at + 3
  local newest_ms = tonumber(redis.call('HGET', KEYS[3], transporter) or '-1')
  local newest_at, new, highest, fresh_chunk = nil, 0, 0, nil
  for _ = 1, count do
    local seq = tonumber(ARGV[at])
    local chunk = ARGV[2] .. stream .. ':' .. string.format('%.0f', math.floor(seq / CHUNK))
    if redis.call('SETBIT', chunk, seq % CHUNK, 1) == 0 then
      new = new + 1
      logged[#logged + 1] = ARGV[at + 4]
      if chunk ~= fresh_chunk then
        redis.call('EXPIRE', chunk, SEEN_FOR_S)
        fresh_chunk = chunk
      end
      local recorded_ms = tonumber(ARGV[at + 1])
      if recorded_ms >= newest_ms then
        newest_ms, newest_at = recorded_ms, at
      end
      if seq > highest then
        highest = seq
      end
    end
    at = at + 5
  end
  reply[#reply + 1] = new
  redis.call('ZADD', KEYS[5], now, transporter)
  if highest > tonumber(redis.call('GET', ARGV[3] .. stream) or '0') then
    redis.call('SET', ARGV[3] .. stream, string.format('%.0f', highest), 'EX', SEEN_FOR_S)
  end
  if newest_at then
    local lat, lon = ARGV[newest_at + 2], ARGV[newest_at + 3]
    redis.call('HSET', KEYS[3], transporter, string.format('%.0f', newest_ms))
    if math.abs(tonumber(lat)) <= GEO_MAX_LAT then
      redis.call('GEOADD', KEYS[4], lon, lat, transporter)
    else
      redis.call('ZREM', KEYS[4], transporter)
    end
    local offset = redis.call('INCR', KEYS[6])
    local update = '[' .. string.format('%.0f', offset) .. ',' .. ARGV[newest_at + 4] .. ']'
    redis.call('HSET', KEYS[2], transporter, update)
    redis.call('PUBLISH', ARGV[4] .. transporter, update)
  end
end

if #logged > 0 then
  redis.call('XADD', KEYS[1], '*', 'fixes', '[' .. table.concat(logged, ',') .. ']', 'n', #logged)
  redis.call('INCRBY', KEYS[7], #logged)
end
return reply
