-- The nearest online transporters around a point, nearest first.
-- KEYS  1 geo  2 last-seen
-- ARGV  1 lon  2 lat  3 radius (m)  4 how many  5 oldest last-seen that is online (ms)
-- Reply: transporter, distance (m), transporter, distance, …
--
-- GEOSEARCH costs what lies in the searched area, however few are asked for. So the circle begins small and doubles
-- until it holds enough; all circles together cost a third more than the last one.

local FIRST_RADIUS_M = 250
local AT_ONCE = 1000

local wanted, most = tonumber(ARGV[4]), tonumber(ARGV[3])
local oldest = tonumber(ARGV[5])
local radius, asked = math.min(FIRST_RADIUS_M, most), wanted

local function online(found)
  local reply = {}
  for first = 1, #found, AT_ONCE do
    local ids = {}
    for at = first, math.min(first + AT_ONCE - 1, #found) do
      ids[#ids + 1] = found[at][1]
    end
    local heard = redis.call('ZMSCORE', KEYS[2], unpack(ids))
    for at, id in ipairs(ids) do
      if heard[at] and tonumber(heard[at]) >= oldest and #reply < 2 * wanted then
        reply[#reply + 1] = id
        reply[#reply + 1] = found[first + at - 1][2]
      end
    end
  end
  return reply
end

while true do
  local found = redis.call('GEOSEARCH', KEYS[1], 'FROMLONLAT', ARGV[1], ARGV[2], 'BYRADIUS', radius, 'm',
    'ASC', 'COUNT', asked, 'WITHDIST')
  if #found < asked and radius < most then
    radius = math.min(2 * radius, most)
  else
    local reply = online(found)
    if #reply >= 2 * wanted or #found < asked then
      return reply
    end
    asked = 4 * asked -- some of these are offline and not swept yet
  end
end
