"""Pauses of a server process, during which nobody is acknowledged and no watcher is told."""

import gc

# The first number counts objects that may be part of a cycle: sockets and requests leave some, pings none. A collection
# of the young looks at so many, the next one at ten times as many; each takes about 0.1 µs, and all wait for it.
THRESHOLDS = (10_000, 10, 100)


def collect_seldom() -> None:
    """While modules are loaded, nothing can be collected: looking for it is a sixth of a command's start."""
    gc.set_threshold(*THRESHOLDS)


def shorten_collections() -> None:
    """Keep what has been loaded out of the collector's sight, and let it look less often.

    A full collection looks at every object: 280,000 after a start, some 100 ms in which the event loop stands still.
    What is there once the process is up stays anyway. Call it then.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # nothing is left to look at; but it notes how much, and waits for a quarter more until the next one
    collect_seldom()
