"""Looking, unasked, whether those who are connected may still be here."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from uuid import uuid4

from api.server.serving import RunningServer
from realtime.protocol import Close
from realtime.sockets.logins import Dismissal, Login
from realtime.sockets.sessions import SHARES, Sessions
from tests.support.waiting import PATIENCE_S, until


class Everybody:
    """Knows that nobody may be here any longer; remembers how many it was asked about at once."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def check(self, token: str, role: str) -> Login:
        raise NotImplementedError

    async def dismissed(self, logins: Sequence[Login]) -> dict[Login, Dismissal]:
        self.asked.append(len(logins))
        return {login: Dismissal(Close.UNAUTHORIZED, "access_ended") for login in logins}


class Ended:
    """A session that remembers how it ended."""

    def __init__(self, user_id: int) -> None:
        self.login: Login | None = Login(user_id, uuid4(), 0.0, "transporter")
        self.reason = ""

    async def end(self, code: int, reason: str) -> None:
        del code
        self.reason = reason


async def test_who_lost_access_without_a_word_is_found_in_small_shares_that_reach_everybody(
    server: RunningServer,
) -> None:
    everybody, sockets = Everybody(), server.services.sockets
    redis, keys = server.services.redis, server.services.keys
    sessions = Sessions(redis, keys, sockets.hub, everybody, per_user=0, per_address=0, check_every_s=0.3)
    connected = [Ended(number) for number in range(3 * SHARES)]
    with ExitStack() as entered:
        for session in connected:
            entered.enter_context(sessions.entered(session, "192.0.2.1"))
        await sessions.start()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await until(lambda: all(session.reason == "access_ended" for session in connected))
        finally:
            await sessions.stop()
            sockets.hub.leave(keys.control, sessions)
    assert max(everybody.asked) == 3
    assert sessions.count == 0
