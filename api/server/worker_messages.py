"""What a process says to its supervisor, and how long the two wait for each other."""

READY = b"ready\n"
ALIVE = b"alive\n"
ALIVE_EVERY_S = 5.0
# Twelve words that did not come: its event loop stands still, and connections wait in vain.
SILENT_AFTER_S = 60.0
START_WITHIN_S = 60.0
# Longer than draining the sockets, letting clients leave and answering the last requests take together.
STOP_WITHIN_S = 20.0
