-- One batch of fixes, atomically: dedupe, durable log, newest fix wins, geo index, last-seen, publish.
--
-- KEYS  1 log  2 live  3 live-at  4 geo  5 last-seen  6 offset  7 backlog  8 what was had today  9 never exists
-- ARGV  1 now (ms)  2 prefix of seen bitmaps  3 prefix of last seqs  4 prefix of position channels
--       5 prefix of trails  6 most fixes in the log
--       7 most fixes and 8 most new bitmaps of a transporter today (0: no limit)
--       then for each group: transporter, device stream, device, its trail as JSON; of the fix that may become the live
--       position its time (ms; -2: there is none), seq, JSON, latitude and longitude; first seq, last seq, fixes.
--       Where the first seq is 0 the fixes are a list in MessagePack, {head, end, {{seq, fix}, ...}} for each run, and are
--       stored where their seq is new. Otherwise they are stored as they are, if the first is beyond all that is stored.
-- Reply: the numbers of the groups that were not beyond it and must come again as a list, and the numbers of those whose
--       transporter has had what is meant for a day; or the error LOGFULL.

local CHUNK = 4096               -- seqs a bitmap, 512 bytes
local SEEN_FOR_S = 40 * 86400    -- longer than the oldest fix that is accepted
local GEO_MAX_LAT = 85.05112878  -- beyond it the geo index has no cells
local GROUP = 12                 -- arguments a group
local SPENT_FOR_S = 2 * 86400
local ENTRY = 1000               -- fixes after which an entry of the log is closed: the history reads them one by one

-- Refused, never trimmed: what is in the log was promised to be kept.
if tonumber(redis.call('GET', KEYS[7]) or '0') >= tonumber(ARGV[6]) then
  return redis.error_reply('LOGFULL the log of fixes is full')
end

local now = ARGV[1]
local logged, count, refused = {}, 0, {}  -- what the next entry of the log will hold
local over, spent = {}, {}

local function whole(number)
  return string.format('%.0f', number)
end

local function chunk_of(stream, number)
  return ARGV[2] .. stream .. ':' .. whole(number)
end

-- Bits low to high of a bitmap, of which none was set: whole bytes at once, the ends by themselves.
local function set_bits(chunk, low, high)
  local from, past = math.ceil(low / 8) * 8, math.floor((high + 1) / 8) * 8
  if from >= past then
    redis.call('BITFIELD', chunk, 'SET', 'u' .. (high - low + 1), low, 2 ^ (high - low + 1) - 1)
    return
  end
  redis.call('SETRANGE', chunk, from / 8, string.rep('\255', (past - from) / 8))
  if low < from then
    redis.call('BITFIELD', chunk, 'SET', 'u' .. (from - low), low, 2 ^ (from - low) - 1)
  end
  if high >= past then
    redis.call('BITFIELD', chunk, 'SET', 'u' .. (high - past + 1), past, 2 ^ (high - past + 1) - 1)
  end
end

local function close_entry()
  if count > 0 then
    redis.call('XADD', KEYS[1], '*', 'runs', '[' .. table.concat(logged, ',') .. ']', 'n', count)
    redis.call('INCRBY', KEYS[7], count)
    logged, count = {}, 0
  end
end

local function log(run, fixes)
  logged[#logged + 1] = run
  count = count + fixes
  if count >= ENTRY then
    close_entry()
  end
end

-- Counts against what a transporter may have today; false, and nothing counted, where it would be too much.
local function take(transporter, what, amount, most)
  if most == 0 or amount == 0 then
    return true
  end
  local had = redis.call('HINCRBY', KEYS[8], transporter .. what, amount)
  if had == amount then
    redis.call('EXPIRE', KEYS[8], SPENT_FOR_S)
  end
  if had > most then
    redis.call('HINCRBY', KEYS[8], transporter .. what, -amount)
    return false
  end
  return true
end

local function take_both(transporter, fixes, bitmaps)
  local most_fixes, most_bitmaps = tonumber(ARGV[7]), tonumber(ARGV[8])
  if not take(transporter, ':fixes', fixes, most_fixes) then
    return false
  end
  if not take(transporter, ':bitmaps', bitmaps, most_bitmaps) then
    take(transporter, ':fixes', -fixes, most_fixes)
    return false
  end
  return true
end

-- All seqs are beyond the last one, so a bitmap is new if it is not that one's.
local function new_bitmaps(last_seq, first, last)
  local known = last_seq > 0 and math.floor(last_seq / CHUNK) or -1
  return math.floor(last / CHUNK) - math.max(math.floor(first / CHUNK) - 1, known)
end

local function size_of(stream, runs)
  local fixes, bitmaps, looked_at = 0, 0, {}
  for _, run in ipairs(runs) do
    for _, fix in ipairs(run[3]) do
      local number = math.floor(fix[1] / CHUNK)
      fixes = fixes + 1
      if not looked_at[number] then
        looked_at[number] = true
        bitmaps = bitmaps + 1 - redis.call('EXISTS', chunk_of(stream, number))
      end
    end
  end
  return fixes, bitmaps
end

local function store_whole(stream, first, last, fixes)
  for number = math.floor(first / CHUNK), math.floor(last / CHUNK) do
    local chunk, base = chunk_of(stream, number), number * CHUNK
    set_bits(chunk, math.max(first - base, 0), math.min(last - base, CHUNK - 1))
    redis.call('EXPIRE', chunk, SEEN_FOR_S)
  end
  log(fixes, last - first + 1)
end

-- Stores the fixes whose seq is new. Returns the highest of them, and which they are.
local function store_new(stream, runs)
  local highest, new = 0, {}
  for _, run in ipairs(runs) do
    local kept = {}
    for _, fix in ipairs(run[3]) do
      local seq = fix[1]
      local chunk = chunk_of(stream, math.floor(seq / CHUNK))
      if redis.call('SETBIT', chunk, seq % CHUNK, 1) == 0 then
        redis.call('EXPIRE', chunk, SEEN_FOR_S)
        kept[#kept + 1] = fix[2]
        new[seq] = true
        highest = math.max(highest, seq)
      end
    end
    if #kept > 0 then
      log(run[1] .. table.concat(kept, ',') .. run[2], #kept)
    end
  end
  return highest, new
end

local function put_on_map(transporter, lat, lon)
  if math.abs(tonumber(lat)) <= GEO_MAX_LAT then
    redis.call('GEOADD', KEYS[4], lon, lat, transporter)
  else
    redis.call('ZREM', KEYS[4], transporter)
  end
end

-- The newest fix wins. Of those of the same time the later wins, unless it was there before.
local function lead(transporter, at_ms, fix, lat, lon, is_new)
  local newest_ms = tonumber(redis.call('HGET', KEYS[3], transporter) or '-1')
  if at_ms < newest_ms or (at_ms == newest_ms and not is_new) then
    return false
  end
  redis.call('HSET', KEYS[3], transporter, whole(at_ms))
  put_on_map(transporter, lat, lon)
  local update = '[' .. whole(redis.call('INCR', KEYS[6])) .. ',' .. fix .. ']'
  redis.call('HSET', KEYS[2], transporter, update)
  redis.call('SPUBLISH', ARGV[4] .. transporter, update)
  return true
end

-- Returns which list the group belongs on; nil where it is stored.
local function store(at)
  local transporter, stream, leader_seq = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 5])
  local first, last = tonumber(ARGV[at + 9]), tonumber(ARGV[at + 10])
  local last_seq = tonumber(redis.call('GET', ARGV[3] .. stream) or '0')
  local is_new = true
  if spent[transporter] then
    return over
  end
  if first > 0 then
    if first <= last_seq then
      return refused
    end
    if not take_both(transporter, last - first + 1, new_bitmaps(last_seq, first, last)) then
      spent[transporter] = true
      return over
    end
    store_whole(stream, first, last, ARGV[at + 11])
  else
    local new
    local runs = cmsgpack.unpack(ARGV[at + 11])
    if not take_both(transporter, size_of(stream, runs)) then
      spent[transporter] = true
      return over
    end
    last, new = store_new(stream, runs)
    is_new = new[leader_seq] or false
  end
  redis.call('SET', ARGV[5] .. ARGV[at + 2], ARGV[at + 3], 'EX', SEEN_FOR_S)
  if last > last_seq then
    redis.call('SET', ARGV[3] .. stream, whole(last), 'EX', SEEN_FOR_S)
  end
  local returned = redis.call('ZADD', KEYS[5], now, transporter) == 1
  local led = lead(transporter, tonumber(ARGV[at + 4]), ARGV[at + 6], ARGV[at + 7], ARGV[at + 8], is_new)
  if returned and not led then -- swept, and heard of again without a newer fix: it is where it was
    local update = redis.call('HGET', KEYS[2], transporter)
    local fix = update and cjson.decode(update)[2]
    if fix then
      put_on_map(transporter, fix[5], fix[6])
    end
  end
  return nil
end

local number = 0
for at = 9, #ARGV, GROUP do
  number = number + 1
  local list = store(at)
  if list then
    list[#list + 1] = number
  end
end

close_entry()
return {refused, over}
