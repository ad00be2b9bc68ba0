"""Requests that are made from the description of the API, each sent by somebody of each role about what is theirs.

They close accounts and cancel what is there, so they want a server of their own.
"""

import asyncio
import re
import time
import warnings
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning, Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support.business import Business, business_of
from tests.support.described_formats import register_formats
from tests.support.described_things import needs_things, things_of
from tests.support.described_unfitting import unfitting
from tests.support.world import Person, World

PATIENCE_S = 120  # machines that run tests are busy
Fields = Mapping[str, Mapping[str, str]]
# Fields of bodies that name a thing otherwise than paths do.
OTHER_NAMES = {"marketplace_sale_id": "sale_id", "sale_ids": "sale_id", "delivery_ids": "delivery_id"}


@dataclass
class People:
    """Somebody of each role, with what is theirs; new ones when one of them cannot be asked any more."""

    world: World
    admin: Person
    business: Business

    @classmethod
    async def of(cls, world: World) -> "People":
        admin = await world.admin()
        return cls(world, admin, await business_of(world, admin))

    async def followed(self) -> "People":
        """New ones; what happens to these is told to nobody any more, or each would make the others slower."""
        new = await People.of(self.world)
        await new.admin.delete(f"/api/webhooks/{self.business.ids['webhook_id']}/")
        return new

    @property
    def headers(self) -> dict[str, dict[str, str]]:
        """How each of them is known."""
        owners = self.business.owners | {"admin": self.admin}
        return {"nobody": {}} | {role: person.headers for role, person in owners.items()}

    async def are_as_they_were(self) -> bool:
        """Whether each is still signed in, with their role alone."""
        for role, person in (self.business.owners | {"admin": self.admin}).items():
            reply = await person.get("/api/v1/auth/me/")
            if not reply.is_success or reply.json()["roles"] != [role]:
                return False
        return True


@dataclass(frozen=True)
class Budget:
    """How much is asked of each operation, by everybody.

    ``examples``: how many that fit are made of it, and half as many that do not; ``batch``: so many of them about one
    state of things, which they change. ``seconds``: for all operations together, or None without an end. Each gets
    what is left divided by the operations that are left, and one batch at least: none stays unseen for those before
    it. ``seed``: of the requests, and of which operation comes first. ``paths``: which are asked, as an expression.
    """

    examples: int
    batch: int
    seconds: float | None = None
    seed: int = 0
    paths: str = ""

    def order(self, operations: list[Any]) -> list[Any]:
        """Those that are asked, each seed with another at the head."""
        asked = [one for one in operations if re.search(self.paths, one.path)]
        first = self.seed * len(asked) // 7 % len(asked)
        return asked[first:] + asked[:first]


@dataclass
class Contradictions:
    """What the checks of schemathesis say about each operation; the same requests for the same seed.

    ``beyond``: an operation, and the fields of which it may say that they do not fit, as no schema can say it.
    """

    world: World
    budget: Budget
    beyond: Fields
    found: list[str] = field(default_factory=list)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def look(self) -> list[str]:
        """Ask every operation as everybody; what is found, and who never came to ask."""
        register_formats()
        address = f"{self.world.server.settings.public_url}/schema/openapi.json"
        schema = await asyncio.to_thread(partial(schemathesis.openapi.from_url, address, timeout=PATIENCE_S))
        schema.config.max_stream_events = 1  # what follows is of the same shape, and may not come
        operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        assert len(operations) > 150
        asked = self.budget.order(operations)
        people, begun = await People.of(self.world), time.monotonic()
        for nth, operation in enumerate(asked):
            now = time.monotonic()
            left = inf if self.budget.seconds is None else self.budget.seconds - (now - begun)
            people = await self._share(operation, people, now + left / (len(asked) - nth))
            made = sum(count for (label, _), count in self.calls.items() if label == operation.label)
            print(f"{nth + 1}/{len(asked)} {operation.label}: {made} calls, {len(self.found)} found", flush=True)
        roles = list(people.headers)
        never = [
            f"{one.label} as {role}: never asked" for one in asked for role in roles if not self.calls[one.label, role]
        ]
        print(
            f"{len(asked)} operations × {len(roles)} roles in {self.calls.total()} calls, "
            f"{len(never)} never, {len(self.found)} found"
        )
        return self.found + never

    async def _share(self, operation: Any, people: People, until: float) -> People:
        """Batches for one operation until its time is over or there are enough; who can be asked afterwards."""
        done, things = 0, dict[str, Any]()
        while not done or (done < self.budget.examples and time.monotonic() < until):
            is_other = not await people.are_as_they_were() or (done and _changes(operation))
            if is_other or (not done and needs_things(operation.path)):
                people = await people.followed()
                things = await things_of(self.world, people.admin, people.business, operation.path)
            ids = people.business.ids | things
            await asyncio.to_thread(self._try_out, operation, people, ids, self.budget.seed * 1_000 + done)
            done += self.budget.batch
        return people

    def _try_out(self, operation: Any, people: People, ids: Mapping[str, Any], number: int) -> None:
        real = {name: ids[name] for name in _path_names(operation) if name in ids}
        fitting = st.tuples(operation.as_strategy(), st.booleans()).map(lambda made: _aimed(made[0], ids, made[1]))
        with requests.Session() as session, warnings.catch_warnings():
            warnings.simplefilter("ignore", HypothesisWarning)
            asking = _Asking(operation.label, people, session, number)
            self._ask(asking, fitting, self.budget.batch)
            if _takes_something(operation):
                self._ask(asking, unfitting(operation, real), max(1, self.budget.batch // 2))

    def _ask(self, asking: "_Asking", cases: Any, examples: int) -> None:
        """Who comes first is another with each batch: what one of them takes away the next does not find."""
        everybody = list(asking.people.headers.items())
        first = asking.number % len(everybody)
        turns = everybody[first:] + everybody[:first]

        @seed(asking.number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: Any) -> None:
            for role, headers in turns:
                self._put(asking, case, role, headers)

        with suppress(Unsatisfiable):
            ask()

    def _put(self, asking: "_Asking", case: Any, role: str, headers: dict[str, str]) -> None:
        """What is not answered is found as well, with what was asked, and keeps nobody from the rest."""
        self.calls[asking.label, role] += 1
        try:
            reply = case.call(headers=headers, session=asking.session, timeout=PATIENCE_S)
        except requests.RequestException as error:
            return self._find(f"{asking.label} as {role}: {error!r} {case.as_curl_command()}")
        try:
            case.validate_response(reply, headers=headers, excluded_checks=self._not_asked(asking.label, reply))
        except BaseExceptionGroup as error:
            self._find(f"{asking.label} as {role}: {reply.request.url} {reply.text[:600]} {error.exceptions}")

    def _find(self, contradiction: str) -> None:
        print(contradiction[:3000], flush=True)
        self.found.append(contradiction[:3000])

    def _not_asked(self, label: str, reply: Any) -> list[Any]:
        """Whether what was made of the schema has to be taken; not where only rules beyond schemas are in its way."""
        named = reply.json().get("errors", {}) if reply.status_code in (400, 422) else {}
        wrong = {re.sub(r"\.\d+|\[\d+\]", "[]", name) for name in named}
        return [positive_data_acceptance] if wrong and wrong <= set(self.beyond.get(label, {})) else []


@dataclass(frozen=True)
class _Asking:
    """One operation, and those who ask it; ``number``: of the batch, and the seed of its requests."""

    label: str
    people: People
    session: requests.Session
    number: int


def _changes(operation: Any) -> bool:
    return bool(operation.method.upper() != "GET")


def _path_names(operation: Any) -> list[str]:
    return re.findall(r"{(\w+)}", operation.path)


def _takes_something(operation: Any) -> bool:
    return len(operation.body) + len(operation.query) > 0


def _aimed(case: Any, ids: Mapping[str, Any], is_aimed: bool) -> Any:
    """A request about things that are there, so that it comes further than to the door."""
    if not is_aimed:
        return case
    for name, made in (case.path_parameters or {}).items():
        if name in ids:
            case.path_parameters[name] = str(ids[name]) if isinstance(made, str) else ids[name]
    if isinstance(case.body, dict):
        for name, value in case.body.items():
            thing = ids.get(OTHER_NAMES.get(name, name))
            if thing is not None and value is not None:
                case.body[name] = [thing] if isinstance(value, list) else thing
    return case
