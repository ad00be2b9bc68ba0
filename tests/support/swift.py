"""A real S3-compatible server of the test's own: OpenStack Swift with its S3 API, one disk, one copy of everything."""

import asyncio
import getpass
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx

from api.adapters.s3_signing import S3Keys
from tests.support.server_process import free_port
from tests.support.waiting import until

KEYS: Final = S3Keys("test:tester", "testing", "us-east-1")
PARTS: Final = ("object", "container", "account", "proxy")
PAGE: Final = 2
"""So many objects a list tells at once."""
BIN: Final = Path(sys.executable).parent
HASH = """[swift-hash]
swift_hash_path_prefix = of
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""
COMMON = """[DEFAULT]
user = {user}
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
workers = 0
log_level = WARNING
"""
DISK = """devices = {disks}
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
[pipeline:main]
pipeline = {part}-server
[app:{part}-server]
use = egg:swift#{part}
"""
DOOR = f"""[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats s3api tempauth copy proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:copy]
use = egg:swift#copy
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
allow_multipart_uploads = false
max_bucket_listing = {PAGE}
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
"""


def why_not(folder: Path) -> str | None:
    """Why it cannot run here; None where it can."""
    if importlib.util.find_spec("swift") is None:
        return "Swift is not installed: it is of the development requirements, for Linux"
    probe = folder / "probe"
    probe.write_bytes(b"")
    try:
        os.setxattr(probe, "user.probe", b"1")
    except OSError:
        return f"the file system of {folder} has no extended attributes, in which Swift keeps what it knows of a file"
    return None


class Swift:
    """Started and ended by the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {part: free_port() for part in PARTS}
        self._processes: list[subprocess.Popen[bytes]] = []
        self.endpoint = f"http://127.0.0.1:{self._ports['proxy']}"

    async def start(self) -> None:
        """Returns once all its parts answer: the door alone has nothing to hand out."""
        await asyncio.to_thread(self._lay_out)
        for part in PARTS:
            log = (self._folder / f"{part}.log").open("wb")
            command = [BIN / f"swift-{part}-server", self._folder / f"{part}.conf"]
            self._processes.append(await asyncio.to_thread(subprocess.Popen, command, stdout=log, stderr=log))
            log.close()

        async def answers() -> bool:
            async with httpx.AsyncClient() as http:
                for port in self._ports.values():  # whatever they say of an address that is none of theirs
                    await http.get(f"http://127.0.0.1:{port}/")
                return (await http.get(f"{self.endpoint}/healthcheck")).is_success

        await until(answers, "Swift answers", despite=httpx.HTTPError)

    async def end(self) -> None:
        """Those processes alone."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            await asyncio.to_thread(process.wait)
        self._processes.clear()

    def _lay_out(self) -> None:
        disks = self._folder / "disks"
        (disks / "one").mkdir(parents=True, exist_ok=True)
        (self._folder / "swift.conf").write_text(HASH)
        for part, port in self._ports.items():
            common = COMMON.format(user=getpass.getuser(), port=port, folder=self._folder)
            rest = DOOR if part == "proxy" else DISK.format(disks=disks, part=part)
            (self._folder / f"{part}.conf").write_text(common + rest)
            if part != "proxy":
                self._make_ring(part, port)

    def _make_ring(self, part: str, port: int) -> None:
        for arguments in (["create", "4", "1", "1"], ["add", f"r1z1-127.0.0.1:{port}/one", "1"], ["rebalance"]):
            command = [str(BIN / "swift-ring-builder"), str(self._folder / f"{part}.builder"), *arguments]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=arguments != ["rebalance"])  # noqa: S603
