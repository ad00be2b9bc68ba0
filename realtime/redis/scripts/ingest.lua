-- One batch of fixes, atomically: dedupe, durable log, newest fix wins, geo index, last-seen, publish.
--
-- KEYS  1 log  2 live  3 ingest state  4 geo  5 last-seen  6 offset  7 backlog  8 new bitmaps of today
--       9 live-at of releases before the ingest state  10 never exists
-- ARGV  1 the groups in MessagePack  2 now (ms)  3 today (days since 1970)
--       4 prefix of seen bitmaps  5 prefix of last seqs  6 prefix of position channels  7 prefix of trails
--       8 most fixes in the log
--       9 most fixes and 10 most new bitmaps of a transporter today (0: no limit)
-- A group: transporter, numbering ("<device stream> <device>"), the device's trail as JSON; of the fix that may become
--       the live position its time (ms; -2: there is none), seq, JSON, latitude and longitude; first seq, last seq, fixes.
--       Where the first seq is 0 the fixes are a list {head, end, {{seq, fix}, ...}} for each run, and are stored where
--       their seq is new. Otherwise they are stored as they are, if the first is beyond all that is stored.
-- Reply: the numbers of the groups that were not beyond it and must come again as a list, and the numbers of those whose
--       transporter has had what is meant for a day; or the error LOGFULL.
--
-- A transporter's state is a list in MessagePack: newest fix (ms), first and last seq of the stretch, day, fixes of that
-- day, numbering, trail. The stretch is what its present numbering has stored last without a gap. Its bits are set only
-- when it ends, because a phone that sends one ping after the other would have them set one by one.

local CHUNK = 4096               -- seqs a bitmap, 512 bytes
local SEEN_FOR_S = 40 * 86400    -- longer than the oldest fix that is accepted
local GEO_MAX_LAT = 85.05112878  -- beyond it the geo index has no cells
local SPENT_FOR_S = 2 * 86400
local ENTRY = 1000               -- fixes after which an entry of the log is closed: the history reads them one by one
local MOST_ARGUMENTS = 3000      -- of one command: Lua's stack holds 8,000

local NEWEST, FIRST, LAST, DAY, FIXES, NUMBERING, TRAIL = 1, 2, 3, 4, 5, 6, 7

-- Refused, never trimmed: what is in the log was promised to be kept.
if tonumber(redis.call('GET', KEYS[7]) or '0') >= tonumber(ARGV[8]) then
  return redis.error_reply('LOGFULL the log of fixes is full')
end

local groups, today = cmsgpack.unpack(ARGV[1]), tonumber(ARGV[3])
local most_fixes, most_bitmaps = tonumber(ARGV[9]), tonumber(ARGV[10])
local logged, count, refused = {}, 0, {}  -- what the next entry of the log will hold
local over, spent = {}, {}
local states, changed = {}, {}            -- by transporter; those to be written
local leaders, followers = {}, {}         -- groups whose fix leads; transporters whose live position stays
local heard = {}

local function whole(number)
  return string.format('%d', number)
end

-- One command for many: `list` is cut where a command would be too long, `step` arguments belong together.
local function call_with(command, key, list, step)
  local most = MOST_ARGUMENTS - MOST_ARGUMENTS % step
  for from = 1, #list, most do
    redis.call(command, key, unpack(list, from, math.min(from + most - 1, #list)))
  end
end

local function read_states()
  for from = 1, #groups, MOST_ARGUMENTS do
    local ids = {}
    for at = from, math.min(from + MOST_ARGUMENTS - 1, #groups) do
      ids[#ids + 1] = groups[at][1]
    end
    local found = redis.call('HMGET', KEYS[3], unpack(ids))
    for at, id in ipairs(ids) do
      if found[at] and not states[id] then
        states[id] = cmsgpack.unpack(found[at])
      end
    end
  end
end

local function state_of(transporter)
  local state = states[transporter]
  if not state then
    local newest = tonumber(redis.call('HGET', KEYS[9], transporter) or '-1')
    state = {newest, 1, 0, 0, 0, false, false}
    states[transporter] = state
  end
  return state
end

local function chunk_of(stream, number)
  return ARGV[4] .. stream .. ':' .. whole(number)
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

local function names(numbering)
  return string.match(numbering, '^(%S+) (%S+)$')
end

-- The stretch's seqs become bits, and the next one begins behind it.
local function end_stretch(state)
  local first, last = state[FIRST], state[LAST]
  if first > last then
    return
  end
  local stream = names(state[NUMBERING])
  for number = math.floor(first / CHUNK), math.floor(last / CHUNK) do
    local chunk, base = chunk_of(stream, number), number * CHUNK
    set_bits(chunk, math.max(first - base, 0), math.min(last - base, CHUNK - 1))
    redis.call('EXPIRE', chunk, SEEN_FOR_S)
  end
  state[FIRST] = last + 1
end

-- Another device, or another epoch: what is known of the one before is laid aside.
local function turn_to(state, numbering, last_seq)
  if state[NUMBERING] then
    local stream, device = names(state[NUMBERING])
    end_stretch(state)
    redis.call('SET', ARGV[5] .. stream, whole(state[LAST]), 'EX', SEEN_FOR_S)
    redis.call('SET', ARGV[7] .. device, state[TRAIL], 'EX', SEEN_FOR_S)
  end
  state[NUMBERING], state[FIRST], state[LAST] = numbering, last_seq + 1, last_seq
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

-- Counts what a transporter has had today; false, and nothing counted, where it would be too much.
local function take(transporter, state, fixes, bitmaps)
  local had = (state[DAY] == today and state[FIXES] or 0) + fixes
  if most_fixes > 0 and had > most_fixes then
    return false
  end
  if most_bitmaps > 0 and bitmaps > 0 then
    local begun = redis.call('HINCRBY', KEYS[8], transporter .. ':bitmaps', bitmaps)
    if begun == bitmaps then
      redis.call('EXPIRE', KEYS[8], SPENT_FOR_S)
    end
    if begun > most_bitmaps then
      redis.call('HINCRBY', KEYS[8], transporter .. ':bitmaps', -bitmaps)
      return false
    end
  end
  state[DAY], state[FIXES] = today, had
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

-- Returns which list the group belongs on; nil where it is stored.
local function store(group)
  local transporter, numbering, first, last = group[1], group[2], group[9], group[10]
  local state = state_of(transporter)
  local is_present, last_seq, is_new = state[NUMBERING] == numbering, state[LAST], true
  if not is_present then
    last_seq = tonumber(redis.call('GET', ARGV[5] .. names(numbering)) or '0')
  end
  if spent[transporter] then
    return over
  end
  if first > 0 then
    if first <= last_seq then
      return refused
    end
    if not take(transporter, state, last - first + 1, new_bitmaps(last_seq, first, last)) then
      spent[transporter] = true
      return over
    end
    if not is_present then
      turn_to(state, numbering, last_seq)
    end
    if first > last_seq + 1 then
      end_stretch(state)
      state[FIRST] = first
    end
    log(group[11], last - first + 1)
  else
    local stream = names(numbering)
    if is_present then
      end_stretch(state)
    end
    if not take(transporter, state, size_of(stream, group[11])) then
      spent[transporter] = true
      return over
    end
    if not is_present then
      turn_to(state, numbering, last_seq)
    end
    local new
    last, new = store_new(stream, group[11])
    is_new = new[group[5]] or false
  end
  if last > last_seq then
    state[LAST] = last
    if first == 0 then
      state[FIRST] = last + 1
    end
  end
  state[TRAIL] = group[3]
  changed[transporter] = state
  heard[#heard + 1], heard[#heard + 2] = ARGV[2], transporter
  -- The newest fix wins. Of those of the same time the later wins, unless it was there before.
  local at_ms = group[4]
  if at_ms > state[NEWEST] or (at_ms == state[NEWEST] and is_new) then
    state[NEWEST] = at_ms
    leaders[#leaders + 1] = group
  else
    followers[#followers + 1] = transporter
  end
  return nil
end

local function write_states()
  local fields = {}
  for transporter, state in pairs(changed) do
    fields[#fields + 1], fields[#fields + 2] = transporter, cmsgpack.pack(state)
  end
  call_with('HSET', KEYS[3], fields, 2)
end

local function put_on_map(transporter, lat, lon)
  if math.abs(tonumber(lat)) <= GEO_MAX_LAT then
    redis.call('GEOADD', KEYS[4], lon, lat, transporter)
  else
    redis.call('ZREM', KEYS[4], transporter)
  end
end

local function write_leaders()
  if #leaders == 0 then
    return
  end
  local offset = redis.call('INCRBY', KEYS[6], #leaders) - #leaders
  local live, places, polar = {}, {}, {}
  for at, group in ipairs(leaders) do
    local transporter = group[1]
    live[2 * at - 1], live[2 * at] = transporter, '[' .. whole(offset + at) .. ',' .. group[6] .. ']'
    if math.abs(tonumber(group[7])) <= GEO_MAX_LAT and not polar[transporter] then
      local next = #places
      places[next + 1], places[next + 2], places[next + 3] = group[8], group[7], transporter
    else
      polar[transporter] = true
    end
  end
  call_with('HSET', KEYS[2], live, 2)
  call_with('GEOADD', KEYS[4], places, 3)
  for _, group in ipairs(leaders) do -- of those that were near a pole in this batch, the last place counts
    if polar[group[1]] then
      put_on_map(group[1], group[7], group[8])
    end
  end
  for at, group in ipairs(leaders) do
    redis.call('SPUBLISH', ARGV[6] .. group[1], live[2 * at])
  end
end

-- Swept, and heard of again without a newer fix: it is where it was.
local function bring_back()
  for _, transporter in ipairs(followers) do
    if not redis.call('ZSCORE', KEYS[4], transporter) then
      local update = redis.call('HGET', KEYS[2], transporter)
      local fix = update and cjson.decode(update)[2]
      if fix then
        put_on_map(transporter, fix[5], fix[6])
      end
    end
  end
end

read_states()
for number, group in ipairs(groups) do
  local list = store(group)
  if list then
    list[#list + 1] = number
  end
end
close_entry()
write_states()
call_with('ZADD', KEYS[5], heard, 2)
write_leaders()
bring_back()
return {refused, over}
