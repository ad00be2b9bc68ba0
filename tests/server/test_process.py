"""What whoever runs the process may rely on."""

import asyncio
import json
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.commands import Command, begin, begin_plainly
from tests.support.processes import told_by
from tests.support.server_process import NO_GATEWAY, ended, free_port
from tests.support.waiting import PATIENCE_S, until

HEAVY = pytest.mark.heavy
Start = Callable[..., Command]


@dataclass
class Process:
    """A server in a process of its own."""

    handle: Command
    url: str
    data_dir: Path


def _dispatch(*arguments: str, data_dir: Path, start: Start = begin, **environment: str) -> Command:
    return start(
        *arguments, environment=os.environ | {"DISPATCH_DATA_DIR": str(data_dir), "COLUMNS": "200"} | environment
    )


async def _output(process: Command) -> str:
    async with asyncio.timeout(PATIENCE_S):
        done = await ended(process)
    return done.out + done.err


@asynccontextmanager
async def _serving(data_dir: Path, start: Start = begin, **environment: str) -> AsyncIterator[Process]:
    port = free_port()
    process = _dispatch("serve", data_dir=data_dir, start=start, DISPATCH_PORT=str(port), **environment)
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:

            async def is_ready() -> bool:
                assert process.poll() is None, await _output(process)
                return (await client.get(f"{url}/health/ready")).status_code == 200

            await until(is_ready, despite=httpx.TransportError)
        yield Process(process, url, data_dir)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


def _children(pid: int) -> list[psutil.Process]:
    return list(psutil.Process(pid).children(recursive=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "workers", "start"),
    [
        (signal.SIGINT, "0", begin_plainly),
        (signal.SIGTERM, "1", begin),
        pytest.param(signal.SIGTERM, "0", begin_plainly, marks=HEAVY),
        pytest.param(signal.SIGTERM, "1", begin_plainly, marks=HEAVY),
    ],
)
async def test_a_signal_stops_the_server_and_everything_it_started(
    tmp_path: Path, number: signal.Signals, workers: str, start: Start
) -> None:
    async with _serving(tmp_path, start, DISPATCH_WORKERS=workers) as process:
        children = _children(process.handle.pid)
        assert {"postgres", "redis-server"} <= set(told_by(children, lambda one: one.name()))
        process.handle.send_signal(number)
        output = await _output(process.handle)
        assert process.handle.returncode == 0, output
        assert "Traceback" not in output
        statuses = told_by((child for child in children if child.is_running()), lambda one: one.status())
        assert set(statuses) <= {psutil.STATUS_ZOMBIE}


async def test_a_busy_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        process = _dispatch("serve", data_dir=tmp_path, DISPATCH_PORT=str(port))
        output = await _output(process)
    assert process.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use" in output
    assert "DISPATCH_PORT" in output
    assert "Traceback" not in output
    assert not (tmp_path / "postgres").exists()


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Process]:
    """One server for the tests that look at it from beside; the last of them kills it."""
    async with _serving(tmp_path_factory.mktemp("running") / "data") as process:
        yield process


async def test_a_second_server_in_the_same_folder_is_refused_by_name(running: Process) -> None:
    second = _dispatch("serve", data_dir=running.data_dir, DISPATCH_PORT="0")
    output = await _output(second)
    assert second.returncode == 2
    assert str(running.handle.pid) in output
    assert "Traceback" not in output


async def test_a_bad_setting_ends_with_its_name(tmp_path: Path) -> None:
    process = _dispatch("serve", data_dir=tmp_path, DISPATCH_PORT="eighty")
    output = await _output(process)
    assert process.returncode == 2
    assert "DISPATCH_PORT" in output
    assert "Traceback" not in output


@pytest.mark.slow
async def test_operators_make_admins_and_examine_the_server_beside_it(running: Process) -> None:
    port = running.url.rpartition(":")[2]
    with tempfile.TemporaryFile() as given:
        given.write(b"correct horse\n")
        given.seek(0)
        words = ("create-user", "--email", "boss@example.com", "--role", "admin", "--password-stdin")
        environment = os.environ | {"DISPATCH_DATA_DIR": str(running.data_dir)}
        create = await ended(begin(*words, environment=environment, given=given.fileno()))
    assert create.code == 0
    async with httpx.AsyncClient(base_url=running.url, timeout=PATIENCE_S) as client:
        body = {"email": "boss@example.com", "password": "correct horse"}
        token = (await client.post("/api/v1/auth/token/", json=body)).json()["access"]
        me = await client.get("/api/v1/auth/me/", headers={"Authorization": f"Bearer {token}"})
        assert me.json()["roles"] == ["admin"]
    doctor = _dispatch("doctor", "--json", data_dir=running.data_dir, DISPATCH_PORT=port)
    findings = json.loads(await _output(doctor))
    assert doctor.returncode == 0
    assert {finding["check"]: finding["state"] for finding in findings} == {
        "python": "ok",
        "mode": "ok",
        "DISPATCH_RETURN_HOSTS": "warning",
        "webhooks": "ok",
        "data folder": "ok",
        "writing": "ok",
        "database": "ok",
        "redis": "ok",
        "memory": "ok",
        "history": "ok",
        "rolling": "ok",
        "gateway": "ok",
        "server": "ok",
    }


@pytest.mark.slow
async def test_after_kill_9_the_next_start_has_every_account(running: Process) -> None:
    body = {"email": "kept@example.com", "password": "correct horse"}
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        assert (await client.post(f"{running.url}/api/v1/auth/register/", json=body)).status_code == 201
        running.handle.kill()
        await asyncio.to_thread(running.handle.wait)
    async with (
        _serving(running.data_dir, begin, **NO_GATEWAY) as process,
        httpx.AsyncClient(timeout=PATIENCE_S) as client,
    ):
        assert (await client.post(f"{process.url}/api/v1/auth/token/", json=body)).status_code == 200


async def test_the_doctor_names_what_production_lacks(tmp_path: Path) -> None:
    doctor = _dispatch("doctor", "--json", data_dir=tmp_path, DEBUG="False")
    bad = {finding["check"] for finding in json.loads(await _output(doctor)) if finding["state"] == "bad"}
    assert doctor.returncode == 1
    assert {"KHALTI_SECRET_KEY", "SITE_URL", "DISPATCH_SECRET_KEY", "DISPATCH_DATABASE_URL"} <= bad
