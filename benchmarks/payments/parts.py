"""What the suite drives: a gateway that answers at once, people with carts, and a client in a process of its own."""

import asyncio
import json
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from api.server.services import Services
from dispatch.accounts.models import Role, User
from dispatch.accounts.passwords import hash_password
from dispatch.accounts.service import Accounts, NewUser
from dispatch.carts.service import Carts
from dispatch.catalogue.models import TaxClass
from dispatch.catalogue.service import Catalogue
from dispatch.notifications.ports import Mail
from dispatch.ports import Bank, GatewayStatus, Initiated, InitiateRequest, Lookup

PRICE = "1250.00"
CONTENT_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class InstantGateway:
    """Every session is paid. What the network and Khalti take is not what is measured."""

    def __init__(self) -> None:
        self._amounts: dict[str, int] = {}

    async def initiate(self, request: InitiateRequest) -> Initiated:
        """Open a session."""
        pidx = f"bench-{request.purchase_order_id}"
        self._amounts[pidx] = request.amount_paisa
        return Initiated(pidx, "http://gateway.test/pay", datetime.now(UTC) + timedelta(minutes=30))

    async def lookup(self, pidx: str) -> Lookup:
        """It is paid."""
        amount = self._amounts[pidx]
        raw: dict[str, object] = {"status": "Completed", "total_amount": amount, "fee": 0, "refunded": False}
        return Lookup(pidx, GatewayStatus.COMPLETED, "Completed", amount, f"t-{pidx}", 0, refunded=False, raw=raw)

    async def refund(self, transaction_id: str, *, amount_paisa: int | None, mobile: str | None) -> None:
        """Not measured."""

    async def list_banks(self, payment_type: str) -> list[Bank]:
        """None."""
        del payment_type
        return []


class FixedYesterday:
    """A clock for which nothing is due yet."""

    def now(self) -> datetime:
        """A day ago."""
        return datetime.now(UTC) - timedelta(days=1)


class TakesEveryMail:
    """A mail sender that costs nothing."""

    async def send(self, mail: Mail) -> None:
        """Take it."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody with a full cart."""

    token: str
    cart_id: int


async def seed(services: Services, number: int) -> list[Buyer]:
    """A seller with a product for each of ``number`` buyers, whose carts hold two of it."""
    buyers = []
    password_hash = await hash_password("long enough a password")
    async with services.database.work() as work:
        accounts = Accounts(work, services.accounts.tokens, services.clock)
        seller = await accounts.register(NewUser("seller@bench.test", "long enough a password", "S", (Role.SELLER,)))
        for index in range(number):
            buyer = User(
                email=f"buyer{index}@bench.test",
                password_hash=password_hash,
                name="B",
                roles=[Role.CUSTOMER.value],
                email_verified_at=services.clock.now(),
            )
            work.session.add(buyer)
            await work.session.flush()
            product = await Catalogue(work).add(
                seller,
                name=f"Rice {index}",
                listed_price=Decimal(PRICE),
                discounted_price=None,
                stock=100,
                description="",
                tax_class=TaxClass.STANDARD,
                images=[],
            )
            carts = Carts(work)
            cart = await carts.create(buyer)
            await carts.add_item(cart.id, buyer, product.id, 2)
            buyers.append(Buyer(accounts.open_sign_in(buyer).access, cart.id))
    return buyers


def buy(server: socket.socket, buyer: dict[str, Any]) -> None:
    """One initiate and one callback. Raises RuntimeError on any answer but 200."""
    body = {
        "cart_id": buyer["cart_id"],
        "gateway": "KHALTI",
        "return_url": "https://shop.test/return",
        "customer_name": "John Doe",
        "customer_email": "john@example.com",
        "customer_phone": "+977-9841234567",
    }
    opened = _post(server, "/api/v1/payments/initiate/", body, buyer["token"])
    _post(server, "/api/v1/payments/callback/", {"pidx": opened["data"]["pidx"]}, buyer["token"])


def _post(server: socket.socket, path: str, body: object, token: str) -> Any:  # noqa: ANN401
    """By hand: what an HTTP client takes for itself is not what is measured."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench.test\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    server.sendall(head.encode() + content)
    reply = b""
    while b"\r\n\r\n" not in reply:
        reply += _received(server)
    told, _, answer = reply.partition(b"\r\n\r\n")
    length = int(CONTENT_LENGTH.search(told)[1])  # type: ignore[index]
    while len(answer) < length:
        answer += _received(server)
    if not told.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path} → {told[:60]!r} {answer[:300]!r}")
    return json.loads(answer)


def _received(server: socket.socket) -> bytes:
    if not (received := server.recv(65_536)):
        raise RuntimeError("the server hung up")
    return received


def serve_orders() -> None:
    """The client's process: for each line of standard input buy what it lists; answer with the seconds it took."""
    address = urlsplit(sys.argv[1])
    server = socket.create_connection((address.hostname, address.port), timeout=60)
    for line in sys.stdin:
        buyers = json.loads(line)
        start = time.perf_counter()
        for buyer in buyers:
            buy(server, buyer)
        sys.stdout.write(f"{time.perf_counter() - start}\n")
        sys.stdout.flush()


class Client:
    """Buys from a process of its own, over one connection, one buyer after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str) -> AsyncIterator["Client"]:
        """A client of the server at ``url``, until the block is left."""
        code = "from benchmarks.payments.parts import serve_orders; serve_orders()"
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, url, stdin=pipe, stdout=pipe)
        try:
            yield cls(process)
        finally:
            await process.communicate(b"")  # the end of its input ends it

    async def buy(self, buyers: list[Buyer]) -> float:
        """The seconds that buying took. Raises RuntimeError where it failed."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the client has no pipes")
        told = [{"token": one.token, "cart_id": one.cart_id} for one in buyers]
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        took = await self._process.stdout.readline()
        if not took:
            raise RuntimeError("the client failed; its error is above")
        return float(took)
