"""Loads what commands load, and becomes each command that it is sent: ``python -m tests.support.preloaded_process FD``.

FD is a socket. A request is a JSON object with the command's words, environment and folder; its standard streams come
with it. The answer is the process id of a process in a session of its own, whose parent is the asker.
"""

import gc
import importlib
import json
import os
import runpy
import socket
import sys
from typing import Any

# Nothing of api.cli: what a command's own module does while it is loaded depends on the environment of that command.
MODULES = (
    "api.server.serving",
    "api.server.supervisor",
    "api.simulation.accounts.drivers",
    "api.simulation.replay.run",
    "api.simulation.replay.summary",
)
MOST_BYTES = 2**20
STREAMS = 3
MOST_FILES = 4096


def main(number: int) -> None:
    """Answer until the other end is closed."""
    gc.disable()
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()
    asked = socket.socket(fileno=number)
    while True:
        text, streams, _, _ = socket.recv_fds(asked, MOST_BYTES, STREAMS)
        if not text:
            return
        command = _begun()
        if command is None:
            asked.detach()
            _become(json.loads(text), streams)
        asked.send(str(command).encode())
        for stream in streams:
            os.close(stream)


def _begun() -> int | None:
    """The command's process id, and None in the command. Who stands between has ended: whoever asked is its parent."""
    reads, writes = os.pipe()
    between = os.fork()
    if not between:
        if not (command := os.fork()):
            return None
        os.write(writes, str(command).encode())
        os._exit(0)
    os.close(writes)
    os.waitpid(between, 0)
    with os.fdopen(reads) as told:
        return int(told.read())


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """As ``python -m`` does."""
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
    os.closerange(STREAMS, MOST_FILES)
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    module, *words = request["command"]
    sys.argv = [module, *words]
    gc.enable()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main(int(sys.argv[1]))
