"""Servers of a data folder that outlived the process which started them."""

import asyncio
import signal
import time
from collections.abc import Collection
from pathlib import Path

import psutil  # ships no types

from api.embedded.errors import EmbeddedError

_GRACEFUL = {
    "initdb": signal.SIGTERM,
    "postgres": signal.SIGINT,  # fast shutdown; when sent twice it does no harm
    "redis-server": signal.SIGTERM,
}
_GRACEFUL_S = 20.0
_FORCED_S = 5.0
_POLL_S = 0.02


def find_leftovers(folders: Collection[Path]) -> list[psutil.Process]:
    """The PostgreSQL and Redis processes whose working directory is one of these folders.

    Both programs change into their data directory, and so do PostgreSQL's children. That tells a server of
    this folder from others, without trusting process ids in files: those may name another program by now, or,
    in a copied folder, the server of the original. It also finds children that outlived their postmaster.
    """
    paths = {str(folder) for folder in folders}
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() in _GRACEFUL and _works_in(process, paths):
                found.append(process)
        except psutil.Error:
            continue  # gone meanwhile, a zombie, or another user's
    return found


def _works_in(process: psutil.Process, paths: set[str]) -> bool:
    try:
        return process.cwd() in paths
    except psutil.AccessDenied:
        # Root in a container may not look into a process that it started under another user id (that takes
        # CAP_SYS_PTRACE), but a command line can be read by everyone, and a postmaster's names the folder.
        return not paths.isdisjoint(process.cmdline())


async def stop_leftovers(folders: Collection[Path]) -> None:
    """Stop what still runs in these folders, in order if possible, or wait for what is stopping already.

    psutil compares start times before it signals, so a process id that was used anew is left alone.

    Raises:
        EmbeddedError: one of them does not end.
    """
    left = find_leftovers(folders)
    if not left:
        return
    _signal_each(_heads(left), None)
    left = await _wait_until_gone(folders, _GRACEFUL_S)
    for force in (signal.SIGQUIT, signal.SIGKILL):
        _signal_each(left, force)
        left = await _wait_until_gone(folders, _FORCED_S)
    if left:
        named = ", ".join(f"{process.pid}" for process in left)
        raise EmbeddedError(
            f"Servers of an earlier run still work in {', '.join(map(str, folders))} and do not stop "
            f"(process {named}). Stop them, then start again."
        )


def _heads(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that no other of them has started: a postmaster stops its children itself."""
    pids = {process.pid for process in processes}
    heads = []
    for process in processes:
        try:
            if process.ppid() not in pids:
                heads.append(process)
        except psutil.Error:
            continue
    return heads


def _signal_each(processes: list[psutil.Process], number: signal.Signals | None) -> None:
    for process in processes:
        try:
            process.send_signal(number or _GRACEFUL[process.name()])
        except (psutil.Error, KeyError):
            continue


async def _wait_until_gone(folders: Collection[Path], patience_s: float) -> list[psutil.Process]:
    deadline = time.monotonic() + patience_s
    while True:
        left = find_leftovers(folders)
        if not left or time.monotonic() > deadline:
            return left
        await asyncio.sleep(_POLL_S)
