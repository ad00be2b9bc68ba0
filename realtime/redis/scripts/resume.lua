-- What is remembered of devices, before they go on; and which connection each of them has now.
--
-- KEYS  1 ingest state  2 never exists
-- ARGV  1 prefix of last seqs  2 prefix of trails  3 prefix of newest connections  4 seconds those are remembered
--       then for each device: its transporter, its numbering ("<device stream> <device>"), its name among the newest
--       connections and the new connection; both empty where it has none that lasts
-- Reply: for each device the highest stored seq of the device stream, '0' if none; the device's trail as JSON, if there
--       is one; the connection that it had before, if any
--
-- A call whose answer did not come is made again: a connection that is the newest already is told again whom it
-- followed. It has not replaced itself.

local found = {}
for at = 5, #ARGV, 4 do
  local stream, device = string.match(ARGV[at + 1], '^(%S+) (%S+)$')
  local last, trail, before
  local state = redis.call('HGET', KEYS[1], ARGV[at])
  local known = state and cmsgpack.unpack(state)
  if type(known) == 'table' then  -- what is no such state must not keep out all that connect with this device
    local _, _, present_last, _, _, numbering, present_trail = unpack(known)
    local present_stream, present_device = string.match(numbering, '^(%S+) (%S+)$')
    last = present_stream == stream and string.format('%d', present_last)
    trail = present_device == device and present_trail
  end
  if ARGV[at + 3] ~= '' then
    local name, connection = ARGV[3] .. ARGV[at + 2], ARGV[at + 3]
    local newest, followed = string.match(redis.call('GET', name) or '', '^(%S+) ?(%S*)$')
    before = newest == connection and followed or newest
    redis.call('SET', name, connection .. ' ' .. (before or ''), 'EX', ARGV[4])
    before = before ~= '' and before
  end
  found[#found + 1] = last or redis.call('GET', ARGV[1] .. stream) or '0'
  found[#found + 1] = trail or redis.call('GET', ARGV[2] .. device)
  found[#found + 1] = before or false
end
return found
