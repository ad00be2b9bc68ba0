"""The gateway as a process: its journal, its port, its end, and what it prints."""

import asyncio
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from litestar.testing import AsyncTestClient

from api.simulation.sandbox.app import create_app
from tests.support.gateway_tester import (
    GATEWAY_KEY,
    PATIENCE_S,
    REPOSITORY,
    GatewayProcess,
    GatewayTester,
)


def run_gateway(*options: str) -> subprocess.CompletedProcess[str]:
    """Run a gateway that is expected to end by itself."""
    command = [sys.executable, "-m", "api.simulation.sandbox", *options]
    return subprocess.run(  # noqa: S603  our own module, our own options
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


async def test_payments_survive_kill_9_and_a_restart(gateway_process: GatewayProcess) -> None:
    gateway_process.start()
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        before = GatewayTester(gateway_process.base_url, http)
        opened = await before.opened()
        paid, transaction_id = await before.paid()
        await before.refund(transaction_id, amount=500)
        canceled = await before.opened()
        await before.press(await before.page(canceled), "cancel")
        answers = [(await before.lookup(pidx)).json() for pidx in (opened, paid, canceled)]
    gateway_process.end(signal.SIGKILL)
    with (gateway_process.folder / "state.jsonl").open("ab") as journal:
        journal.write(b'{"pidx":"torn by the ki')
    gateway_process.start()
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        after = GatewayTester(gateway_process.base_url, http)
        assert [(await after.lookup(pidx)).json() for pidx in (opened, paid, canceled)] == answers
        assert (await after.refund(transaction_id, amount=292000)).status_code == 200
        assert (await after.refund(transaction_id)).status_code == 400
        assert (await after.decide(opened, "completed")).status_code == 200
    assert gateway_process.end() == 0


async def test_sigterm_ends_it_cleanly_even_with_a_slow_request_open(gateway_process: GatewayProcess) -> None:
    gateway_process.start()
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        gateway = GatewayTester(gateway_process.base_url, http)
        await gateway.fault("slow", "lookup", seconds=600)
        slow = asyncio.create_task(gateway.lookup("x"))
        url = f"{gateway.base_url}/sandbox/faults/"
        while (await http.get(url)).json()["faults"]:
            assert not slow.done()
        assert gateway_process.end(signal.SIGTERM) == 0
        with pytest.raises(httpx.HTTPError):
            (await slow).raise_for_status()
    assert "Traceback" not in gateway_process.output


def test_a_busy_port_is_one_clear_line_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run_gateway("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "is in use" in ended.stderr


def test_an_address_that_is_not_ours_is_one_clear_line_and_exit_code_2() -> None:
    ended = run_gateway("--host", "203.0.113.1")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)


def test_a_second_gateway_on_the_same_journal_is_refused(gateway_process: GatewayProcess) -> None:
    gateway_process.start()
    ended = run_gateway("--state", str(gateway_process.folder / "state.jsonl"))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "another gateway" in ended.stderr


def test_a_journal_damaged_in_the_middle_is_refused_by_its_line(tmp_path: Path) -> None:
    journal = tmp_path / "state.jsonl"
    journal.write_bytes(b"junk\n")
    ended = run_gateway("--state", str(journal))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "line 1" in ended.stderr


async def test_neither_output_nor_journal_holds_a_key_a_card_or_a_phone(
    gateway_process: GatewayProcess,
) -> None:
    gateway_process.start()
    customer = {"name": "Sita Rai", "email": "sita@shop.test", "phone": "9841234567"}
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        gateway = GatewayTester(gateway_process.base_url, http)
        for mode in ("KHALTI", "SCT", "MOBILE_BANKING"):
            pidx = await gateway.opened(modes=[mode], customer_info=customer)
            page = await gateway.page(pidx)
            await gateway.press(page, "pay", **({"mpin": "8642"} if mode != "SCT" else {"cvv": "x"}))
            await gateway.press(page, "pay")
            (await gateway.lookup(pidx)).raise_for_status()
        transaction_id = (await gateway.lookup(pidx)).json()["transaction_id"]
        await gateway.refund(transaction_id, mobile="9841234567")
        await gateway.call("/api/v2/epayment/lookup/", {"pidx": "9841234567"}, key="Key some-other-key-77")
    gateway_process.end()
    kept = gateway_process.output + (gateway_process.folder / "state.jsonl").read_text()
    for secret in (
        GATEWAY_KEY,
        "some-other-key-77",
        "9841234567",
        "9800000000",
        "424242",
        "4242 4242",
        "8642",
    ):
        assert secret not in kept
    assert "sita@shop.test" not in kept


async def test_an_unpaid_session_expires_by_the_clock_and_a_pending_one_does_not() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    app = create_app(secret_key=GATEWAY_KEY, ttl_s=60, now=lambda: moment)
    async with AsyncTestClient(app) as http:
        gateway = GatewayTester("", http)
        unpaid, pending = await gateway.opened(), await gateway.opened()
        await gateway.decide(pending, "pending")
        moment += timedelta(seconds=59)
        assert (await gateway.lookup(unpaid)).json()["status"] == "Initiated"
        moment += timedelta(seconds=1)
        expired = await gateway.lookup(unpaid)
        assert (expired.status_code, expired.json()["status"]) == (400, "Expired")
        assert "has expired" in (await gateway.page(unpaid)).text
        assert (await gateway.lookup(pending)).json()["status"] == "Pending"
