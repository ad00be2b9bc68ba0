"""Requests that are made from the description of the API, each sent by somebody of each role about what is theirs.

They close accounts and cancel what is there, so they want a server of their own.
"""

import asyncio
import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning, Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support.business import Business, business_of
from tests.support.described_formats import register_formats
from tests.support.world import Person, World

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


@dataclass
class Contradictions:
    """What the checks of schemathesis say about each operation; the same requests in every run.

    ``examples``: how many that fit are made of an operation, and half as many that do not. ``beyond``: an operation,
    and the fields of which it may say that they do not fit, as no schema can say it.
    """

    world: World
    examples: int
    beyond: Fields
    always_new: bool = False
    found: list[str] = field(default_factory=list)

    async def look(self) -> list[str]:
        """Ask every operation."""
        register_formats()
        address = f"{self.world.server.settings.public_url}/schema/openapi.json"
        schema = await asyncio.to_thread(schemathesis.openapi.from_url, address)
        schema.config.max_stream_events = 1  # what follows is of the same shape, and may not come
        operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        assert len(operations) > 150
        people = await People.of(self.world)
        for operation in operations:
            changes = operation.method.upper() != "GET"
            if changes and (self.always_new or not await people.are_as_they_were()):
                people = await People.of(self.world)
            await asyncio.to_thread(self._try_out, operation, people)
        return self.found

    def _try_out(self, operation: Any, people: People) -> None:
        ids = people.business.ids
        real = {name: ids[name] for name in _path_names(operation) if name in ids}
        fitting = st.tuples(operation.as_strategy(), st.booleans()).map(lambda made: _aimed(made[0], ids, made[1]))
        unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=real or None).filter(
            _is_unfitting
        )
        with requests.Session() as session, warnings.catch_warnings():
            warnings.simplefilter("ignore", HypothesisWarning)
            self._ask(operation, fitting, self.examples, people, session)
            if _takes_something(operation):
                self._ask(operation, unfitting, max(1, self.examples // 2), people, session)

    def _ask(self, operation: Any, cases: Any, examples: int, people: People, session: requests.Session) -> None:
        label = operation.label

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: Any) -> None:
            for role, headers in people.headers.items():
                reply = case.call(headers=headers, session=session)
                try:
                    case.validate_response(reply, headers=headers, excluded_checks=self._not_asked(label, reply))
                except BaseExceptionGroup as error:
                    self.found.append(f"{label} as {role}: {reply.text[:600]} {error.exceptions}"[:3000])

        with suppress(Unsatisfiable):
            ask()

    def _not_asked(self, label: str, reply: Any) -> list[Any]:
        """Whether what was made of the schema has to be taken; not where only rules beyond schemas are in its way."""
        named = reply.json().get("errors", {}) if reply.status_code in (400, 422) else {}
        wrong = {re.sub(r"\.\d+|\[\d+\]", "[]", name) for name in named}
        return [positive_data_acceptance] if wrong and wrong <= set(self.beyond.get(label, {})) else []


def _path_names(operation: Any) -> list[str]:
    return re.findall(r"{(\w+)}", operation.path)


def _takes_something(operation: Any) -> bool:
    return len(operation.body) + len(operation.query) > 0


def _is_unfitting(case: Any) -> bool:
    """Not where nothing could be made that does not fit."""
    return bool(case.meta.generation.mode.is_negative)


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
