-- One batch of fixes, atomically: dedupe, durable log, newest fix wins, geo index, last-seen, publish.
--
-- KEYS  1 log  2 live  3 live-at  4 geo  5 last-seen  6 offset  7 backlog
-- ARGV  1 now (ms)  2 prefix of seen bitmaps  3 prefix of last seqs  4 prefix of position channels
--       5 prefix of trails  6 most fixes in the log
--       then for each group: transporter, device stream, device, its trail as JSON, and its fixes as one MessagePack
--       array: for each its seq, the time by which it may become the live position (ms; -2: it may not), itself as JSON
-- Reply: how many fixes were new, or the error LOGFULL.

local CHUNK = 4096               -- seqs a bitmap, 512 bytes
local SEEN_FOR_S = 40 * 86400    -- longer than the oldest fix that is accepted
local GEO_MAX_LAT = 85.05112878  -- beyond it the geo index has no cells

-- Refused, never trimmed: what is in the log was promised to be kept.
if tonumber(redis.call('GET', KEYS[7]) or '0') >= tonumber(ARGV[6]) then
  return redis.error_reply('LOGFULL the log of fixes is full')
end

local now = ARGV[1]
local logged = {}
local at = 7

while at <= #ARGV do
  local transporter, stream, fixes = ARGV[at], ARGV[at + 1], cmsgpack.unpack(ARGV[at + 4])
  redis.call('SET', ARGV[5] .. ARGV[at + 2], ARGV[at + 3], 'EX', SEEN_FOR_S)
  at = at + 5
  local newest_ms = tonumber(redis.call('HGET', KEYS[3], transporter) or '-1')
  local newest, highest, chunk_number, chunk, fresh = nil, 0, nil, nil, nil
  for i = 1, #fixes, 3 do
    local seq = fixes[i]
    local number = math.floor(seq / CHUNK)
    if number ~= chunk_number then
      chunk_number, chunk = number, ARGV[2] .. stream .. ':' .. string.format('%.0f', number)
    end
    if redis.call('SETBIT', chunk, seq % CHUNK, 1) == 0 then
      logged[#logged + 1] = fixes[i + 2]
      if number ~= fresh then
        redis.call('EXPIRE', chunk, SEEN_FOR_S)
        fresh = number
      end
      if fixes[i + 1] >= newest_ms then
        newest_ms, newest = fixes[i + 1], fixes[i + 2]
      end
      if seq > highest then
        highest = seq
      end
    end
  end
  local returned = redis.call('ZADD', KEYS[5], now, transporter) == 1
  if highest > tonumber(redis.call('GET', ARGV[3] .. stream) or '0') then
    redis.call('SET', ARGV[3] .. stream, string.format('%.0f', highest), 'EX', SEEN_FOR_S)
  end
  if newest then
    local fix = cjson.decode(newest)
    local lat, lon = fix[5], fix[6]
    redis.call('HSET', KEYS[3], transporter, string.format('%.0f', newest_ms))
    if math.abs(lat) <= GEO_MAX_LAT then
      redis.call('GEOADD', KEYS[4], lon, lat, transporter)
    else
      redis.call('ZREM', KEYS[4], transporter)
    end
    local offset = redis.call('INCR', KEYS[6])
    local update = '[' .. string.format('%.0f', offset) .. ',' .. newest .. ']'
    redis.call('HSET', KEYS[2], transporter, update)
    redis.call('PUBLISH', ARGV[4] .. transporter, update)
  elseif returned then -- swept, and heard of again without a newer fix: it is where it was
    local update = redis.call('HGET', KEYS[2], transporter)
    local fix = update and cjson.decode(update)[2]
    if fix and math.abs(fix[5]) <= GEO_MAX_LAT then
      redis.call('GEOADD', KEYS[4], fix[6], fix[5], transporter)
    end
  end
end

if #logged > 0 then
  redis.call('XADD', KEYS[1], '*', 'fixes', '[' .. table.concat(logged, ',') .. ']', 'n', #logged)
  redis.call('INCRBY', KEYS[7], #logged)
end
return #logged
