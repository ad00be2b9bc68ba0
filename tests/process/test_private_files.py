"""What the server writes is its owner's alone, whatever the umask and whoever made the folder."""

import asyncio
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.adapters.mail import FolderMailSender
from api.adapters.photos import FolderPhotoStore
from api.cli.folder_finding import folder_finding
from api.process.private_files import open_to_others, tighten
from dispatch.clock import SystemClock
from dispatch.notifications.ports import Mail
from dispatch.settings import Settings
from tests.support.server_process import free_port
from tests.support.waiting import until


@pytest.fixture
def careless() -> Iterator[None]:
    """A umask that lets everybody read and write what is made."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless")
async def test_mails_photos_and_keys_are_their_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings(data_dir=folder)
    assert settings.signing_key()
    await FolderPhotoStore(folder / "photos").save("some-photo", b"\xff\xd8\xffsome bytes")
    await FolderMailSender(folder / "mail", "Shop <shop@shop.example>", SystemClock()).send(
        Mail("key-1", "buyer@example.com", "Receipt", "text", "<p>html</p>")
    )
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 3
    assert list(open_to_others(folder)) == []


def test_a_folder_that_was_open_before_is_tightened_and_links_are_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("somebody else's")
    outside.chmod(0o644)
    folder = tmp_path / "data"
    (folder / "mail").mkdir(parents=True)
    (folder / "mail" / "1.eml").write_text("to a buyer")
    (folder / "link").symlink_to(outside)
    for path, mode in ((folder, 0o755), (folder / "mail", 0o755), (folder / "mail" / "1.eml", 0o644)):
        path.chmod(mode)
    assert folder_finding(folder).state == "bad"
    assert tighten(folder) == 3
    assert folder_finding(folder).state in {"ok", "warning"}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "mail", folder / "mail" / "1.eml")] == [
        0o700,
        0o700,
        0o600,
    ]
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


@pytest.mark.slow
async def test_a_server_in_an_old_open_folder_leaves_nothing_that_others_may_read(tmp_path: Path) -> None:
    folder, port, metrics_port = tmp_path / "data", free_port(), free_port()
    (folder / "mail").mkdir(parents=True)
    (folder / "mail" / "old.eml").write_text("to a buyer")
    for path in (folder, folder / "mail"):
        path.chmod(0o777)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli.main", "serve", "--workers", "1"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ
        | {"DISPATCH_DATA_DIR": str(folder), "DISPATCH_PORT": str(port), "DISPATCH_METRICS_PORT": str(metrics_port)},
        umask=0,
    )
    try:
        async with httpx.AsyncClient(timeout=60) as http:

            async def is_ready() -> bool:
                assert process.returncode is None
                return (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200

            await until(is_ready, despite=httpx.TransportError)
        found = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
        assert {"run", "log", "redis", "mail", "sandbox-payments.jsonl"} <= found
        assert [str(path) for path, _ in open_to_others(folder)] == []
        async with httpx.AsyncClient(timeout=60) as http:  # which the steward answers, beside the workers
            told = (await http.get(f"http://127.0.0.1:{metrics_port}/metrics")).text
        assert 'dispatch_database_pool_size{process="steward"}' in told
        assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700
    finally:
        process.terminate()
        await process.wait()
