-- What is remembered of a device, before it goes on.
--
-- KEYS  1 ingest state  2 never exists
-- ARGV  1 transporter  2 its numbering ("<device stream> <device>")  3 prefix of last seqs  4 prefix of trails
-- Reply: the highest stored seq of the device stream, '0' if none; the device's trail as JSON, if there is one.

local stream, device = string.match(ARGV[2], '^(%S+) (%S+)$')
local last, trail
local state = redis.call('HGET', KEYS[1], ARGV[1])
if state then
  local present_last, present_stream, present_device, present_trail =
    string.match(state, '^%-?%d+ %d+ (%d+) %d+ %d+ (%S+) (%S+) (%S+)$')
  last = present_stream == stream and present_last
  trail = present_device == device and present_trail
end
return {last or redis.call('GET', ARGV[3] .. stream) or '0', trail or redis.call('GET', ARGV[4] .. device)}
