"""As whom PostgreSQL runs: it refuses user id 0, and this server should also work for root."""

import asyncio
import os
import pwd
import signal
import sys
from pathlib import Path

from api.embedded.errors import EmbeddedError
from api.embedded.program import Identity, start

_PROBE_TIMEOUT_S = 15.0


async def choose_identity(program: Path, *, run: Path, log: Path, user_namespace: bool) -> Identity:
    """Find a way in which this program starts, by starting it (`--version`).

    An ordinary user runs it as is. Root tries an ordinary user inside a user namespace first, because then
    all files stay root's; many containers forbid those, and there it drops to an unprivileged user. Each try
    works in a folder that lies where the cluster would, so what cannot be reached is noticed here.

    Raises:
        EmbeddedError: root, and no way works.
        OSError: the folder for the try cannot be made.
    """
    if os.geteuid() != 0:
        return Identity()
    tried = []
    for identity in _ways_for_root(run.parent, user_namespace=user_namespace):
        obstacle = await _find_obstacle(program, identity, run=run, log=log)
        if obstacle is None:
            return identity
        tried.append(f"- {_WAYS[identity.way]} {identity.uid}:\n{obstacle}")
    raise EmbeddedError(
        "PostgreSQL does not run as root, and neither way around that works here:\n"
        + "\n".join(tried)
        + "\nStart this server as an ordinary user, or point DISPATCH_DATABASE_URL at your own PostgreSQL."
    )


_WAYS = {"namespace": "inside a user namespace as user id", "drop": "after a change to user id", "same": "as"}


def give(folder: Path, identity: Identity) -> None:
    """Make `folder` and all below it belong to the identity, if it does not yet; for our own folders only.

    The folder itself comes last, so that an interrupted change is taken up again. Does nothing for an
    ordinary user, who could not change owners anyway.
    """
    uid, gid = identity.owner
    if os.geteuid() != 0 or folder.lstat().st_uid == uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, uid, gid, follow_symlinks=False)
    os.chown(folder, uid, gid)


def _ways_for_root(data_dir: Path, *, user_namespace: bool) -> list[Identity]:
    nobody = _nobody()
    ways = [Identity("namespace", *nobody)] if user_namespace and sys.platform == "linux" else []
    owner = data_dir.stat()
    # initdb wants its user to have a name
    if owner.st_uid and any(user.pw_uid == owner.st_uid for user in pwd.getpwall()):
        ways.append(Identity("drop", owner.st_uid, owner.st_gid))
    return [*ways, Identity("drop", *nobody)]


def _nobody() -> tuple[int, int]:
    users = [user for user in pwd.getpwall() if user.pw_uid]
    users.sort(key=lambda user: user.pw_name != "nobody")
    return (users[0].pw_uid, users[0].pw_gid) if users else (65534, 65534)


async def _find_obstacle(program: Path, identity: Identity, *, run: Path, log: Path) -> str | None:
    """What keeps the program from starting this way; None if it starts."""
    folder = run / "probe"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        give(folder, identity)
        return await _run_probe([str(program), "--version"], identity, folder=folder, log=log)
    except PermissionError as error:  # root without the right to give files away
        return f"  {error}"
    finally:
        folder.rmdir()


async def _run_probe(command: list[str], identity: Identity, *, folder: Path, log: Path) -> str | None:
    probe = start(command, folder=folder, log=log, identity=identity, death_signal=signal.SIGKILL)
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            code = await probe.wait()
    except TimeoutError:
        return f"  no answer within {_PROBE_TIMEOUT_S:g} s\n{probe.last_lines()}"
    finally:
        await probe.stop((signal.SIGKILL, 1.0))
    return None if code == 0 else probe.last_lines()
