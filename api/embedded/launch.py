"""The last Python code before a service's program: become what it shall run as, then exec it.

Run as a script by `program.start`, never imported by the server. Setting the parent-death signal and the user
id between fork and exec would need a preexec_fn, which may deadlock where other threads hold locks during the
fork; a small program of its own has no other threads. It imports the standard library only and starts in
about 15 ms (`python -I -S`).
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CLONE_NEWUSER = 0x10000000
_CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    """Read the wishes (argv[1], JSON), fulfil them, exec argv[2:]."""
    wishes: dict[str, Any] = json.loads(sys.argv[1])
    command = sys.argv[2:]
    way = wishes["way"]
    if way == "namespace":
        enter_namespace(wishes["uid"], wishes["gid"])
    elif way == "drop":
        drop_to(wishes["uid"], wishes["gid"])
    # after the change of user, which clears it
    die_with_parent(wishes["death_signal"], wishes["parent"])
    os.chdir(wishes["folder"])
    os.execv(command[0], command)  # noqa: S606 - started without a shell on purpose


def enter_namespace(uid: int, gid: int) -> None:
    """Stay root on the outside, be an ordinary user on the inside, who is all that the program sees.

    Files stay owned by root, and nothing on the machine changes.
    """
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny")  # the kernel's condition for mapping a group
    Path("/proc/self/gid_map").write_text(f"{gid} {outside_gid} 1")
    Path("/proc/self/uid_map").write_text(f"{uid} {outside_uid} 1")


def drop_to(uid: int, gid: int) -> None:
    """Become an ordinary user, who may still pass through root's private folders.

    The data folder and the programs may lie where only root gets to (/root, a home folder). Rather than move
    data elsewhere or open folders that are not ours, the process keeps one right of root, to pass by file
    modes, where the system lets it. PostgreSQL looks at the user id alone.
    """
    linux = sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True)
    if linux:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if linux:
        bit = 1 << _CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; high halves
        # where this is refused the program may still reach everything: the exec or the probe will tell
        if libc.capset(header, sets) == 0:
            libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(death_signal: int, parent: int) -> None:
    """Have the kernel send a signal to this process when the server dies, even by kill -9 (Linux).

    The signal is tied to the thread that started this process, the one of the server's event loop.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        # it died before the line above: nobody will send the signal any more
        sys.exit("the server that wanted this service is gone")


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        sys.exit(f"cannot start {sys.argv[2]}: {problem}")
