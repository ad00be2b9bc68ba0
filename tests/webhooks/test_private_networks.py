"""Webhooks reach no private network, whatever a name says, says later, or redirects to."""

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from api.adapters.addresses import is_public
from api.adapters.webhooks import HttpWebhookTransport
from dispatch.ports import WebhookFailed
from tests.support.webhook_receiver import Behaviour, receiving

HERE = ip_network("127.0.0.0/8")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.9.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_what_is_not_everybody_s_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_what_is_everybody_s_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_reached_by_any_of_its_names(host: str) -> None:
    async with receiving() as receiver:
        transport = HttpWebhookTransport()
        with pytest.raises(WebhookFailed):
            await transport.post(f"http://{host}:{receiver.port}/", {}, b"{}")
        await transport.aclose()
        assert receiver.received == []


async def test_a_network_of_ones_own_is_reached_once_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the address that was looked at: a name that leads elsewhere a moment later is not asked again."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host != "partner.example":
            return real(host, port, *args, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    async with receiving() as receiver:
        transport = HttpWebhookTransport([HERE])
        assert await transport.post(f"http://partner.example:{receiver.port}/x", {"webhook-id": "1"}, b"{}") == 200
        assert receiver.received[0].headers["host"] == f"partner.example:{receiver.port}"
        with pytest.raises(WebhookFailed, match="private"):
            await transport.post(f"http://partner.example:{receiver.port}/x", {}, b"{}")
        await transport.aclose()
    assert len(asked) == 2


async def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    async with receiving() as receiver:
        receiver.behave = lambda _: Behaviour.REDIRECT
        transport = HttpWebhookTransport([HERE])
        assert await transport.post(receiver.url, {}, b"{}") == 307
        await transport.aclose()
        assert len(receiver.received) == 1
