"""The people around a payment (merchant, payer, operator), and a gateway that answers by script."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

GATEWAY_KEY = "sandbox-test-key-3f9a1c"
REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 60.0


class GatewayPage(HTMLParser):
    """What a browser makes of the payment page: its form with prefilled fields, buttons, links, text."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.action = ""
        self.fields: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._select = ""
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input":
            self.fields[given["name"]] = given["value"]
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option":
            self.choices.setdefault(self._select, []).append(given["value"])
            self.fields.setdefault(self._select, given["value"])
        elif tag == "button":
            self.buttons.append(given["value"])
        elif tag == "a":
            self.links.append(given["href"])

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass
class GatewayTester:
    """Talks to one sandbox gateway as the merchant, as the person on the page, and as its control."""

    base_url: str
    http: httpx.AsyncClient

    async def call(self, path: str, body: object, key: str = f"Key {GATEWAY_KEY}") -> httpx.Response:
        """POST to a KPG-2 path with the merchant's key."""
        return await self.http.post(self.base_url + path, json=body, headers={"authorization": key} if key else {})

    async def initiate(self, **changes: object) -> httpx.Response:
        """Initiate 2925.00 rupees, with changes; a change to ... leaves the key out."""
        body: dict[str, object] = {
            "return_url": "http://shop.test/return?cart=7",
            "website_url": "http://shop.test/",
            "amount": 292500,
            "purchase_order_id": "PMT-1",
            "purchase_order_name": "Organic Rice",
        } | changes
        kept = {name: value for name, value in body.items() if value is not ...}
        return await self.call("/api/v2/epayment/initiate/", kept)

    async def opened(self, **changes: object) -> str:
        """The pidx of a new session."""
        response = await self.initiate(**changes)
        assert response.status_code == 200, response.text
        pidx: str = response.json()["pidx"]
        return pidx

    async def lookup(self, pidx: str) -> httpx.Response:
        """The merchant's lookup."""
        return await self.call("/api/v2/epayment/lookup/", {"pidx": pidx})

    async def refund(self, transaction_id: str, **body: object) -> httpx.Response:
        """The merchant's refund; without a body for a full one."""
        url = f"{self.base_url}/api/merchant-transaction/{transaction_id}/refund/"
        headers = {"authorization": f"Key {GATEWAY_KEY}"}
        return await self.http.post(url, headers=headers, **({"json": body} if body else {}))  # type: ignore[arg-type]

    async def decide(self, pidx: str, outcome: str, **more: object) -> httpx.Response:
        """The control's order for a payment."""
        return await self.http.post(f"{self.base_url}/sandbox/payments/{pidx}/", json={"outcome": outcome, **more})

    async def paid(self, **changes: object) -> tuple[str, str]:
        """The pidx and transaction id of a completed payment."""
        pidx = await self.opened(**changes)
        response = await self.decide(pidx, "completed")
        assert response.status_code == 200, response.text
        return pidx, response.json()["transaction_id"]

    async def fault(self, kind: str, endpoint: str = "any", **more: object) -> None:
        """Order a fault."""
        body = {"kind": kind, "endpoint": endpoint, **more}
        response = await self.http.post(f"{self.base_url}/sandbox/faults/", json=body)
        assert response.status_code == 201, response.text

    async def sessions_of(self, purchase_order_id: str) -> list[dict[str, Any]]:
        """What the gateway holds for an order id."""
        response = await self.http.get(
            f"{self.base_url}/sandbox/payments/", params={"purchase_order_id": purchase_order_id}
        )
        found: list[dict[str, Any]] = response.json()
        return found

    async def page(self, pidx: str, mode: str = "") -> GatewayPage:
        """The payment page as a browser shows it."""
        return GatewayPage(await self.http.get(f"{self.base_url}/pay/", params={"pidx": pidx, "mode": mode}))

    async def press(self, page: GatewayPage, button: str, **typed: str) -> httpx.Response:
        """Press a button of the page after typing into its fields."""
        form = {**page.fields, **typed, "action": button}
        return await self.http.post(self.base_url + page.action, data=form)


@dataclass
class GatewayProcess:
    """``python -m api.simulation.sandbox`` as a child of the test."""

    folder: Path
    child: subprocess.Popen[bytes] | None = None
    base_url: str = ""

    def start(self, *options: str) -> None:
        """Start it and wait until it listens."""
        port_file = self.folder / "port.json"
        port_file.unlink(missing_ok=True)
        command = [
            sys.executable,
            "-m",
            "api.simulation.sandbox",
            "--log-level",
            "debug",
            "--port-file",
            str(port_file),
        ]
        command += ["--state", str(self.folder / "state.jsonl"), *options]
        environment = {**os.environ, "SANDBOX_GATEWAY_SECRET_KEY": GATEWAY_KEY}
        with (self.folder / "output.log").open("ab") as output:
            self.child = subprocess.Popen(  # noqa: S603  our own module, our own options
                command, cwd=REPOSITORY, stdout=output, stderr=output, env=environment
            )
        while not port_file.exists():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(0.02)
                pytest.fail(f"the gateway ended: {self.output}")
        said = json.loads(port_file.read_text())
        assert said["pid"] == self.child.pid
        self.base_url = said["base_url"]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        if self.child is None:
            return 0
        self.child.send_signal(number)
        code = self.child.wait(PATIENCE_S)
        self.child = None
        return code

    @property
    def output(self) -> str:
        """Everything it has printed and logged."""
        return (self.folder / "output.log").read_text()


@dataclass
class KhaltiScript:
    """A server on a real socket that answers each request with the next line of its script.

    An answer is the raw bytes to send; None closes the connection without one, ... never answers.
    """

    answers: list[Any]
    base_url: str = ""
    requests: list[bytes] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.partition(b":")[2])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                ),
                0,
            )
            self.requests.append(head + await reader.readexactly(length))
            answer = self.answers.pop(0) if self.answers else None
            if answer is ...:
                await self.released.wait()
            elif answer is not None:
                writer.write(answer)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def khalti_answer(body: object, status: int = 200) -> bytes:
    """A raw HTTP answer; ``body`` as JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + content
