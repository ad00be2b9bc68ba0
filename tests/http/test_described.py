"""The description of the API is what the API does, found out by requests that are made from it."""

import asyncio
import warnings
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import HypothesisWarning
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dispatch.accounts.models import Role
from tests.support.world import World

EXAMPLES = 2
MANY_EXAMPLES = 200
# A schema cannot say that a phone number is one that can be called, nor that two times come in their order.
NOT_ASKED = [positive_data_acceptance]


async def _contradictions(world: World, examples: int) -> list[str]:
    """What the checks of schemathesis found, an operation each; the same requests in every run."""
    loop = asyncio.get_running_loop()
    address = f"{world.server.settings.public_url}/schema/openapi.json"
    schema = await asyncio.to_thread(schemathesis.openapi.from_url, address)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 60
    found: list[str] = []

    def try_out(operation: Any) -> None:
        # Somebody new for each: what is made of the description closes accounts and signs out as well.
        made = asyncio.run_coroutine_threadsafe(world.person(*(role.value for role in Role)), loop)
        headers = made.result().headers

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            reply = case.call(headers=headers)
            case.validate_response(reply, headers=headers, excluded_checks=NOT_ASKED)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HypothesisWarning)
            try:
                ask()
            except BaseExceptionGroup as error:
                found.append(f"{operation.label}: {error}"[:2000])

    for operation in operations:
        await asyncio.to_thread(try_out, operation)
    return found


async def test_requests_made_from_the_description_are_answered_as_it_says(world: World) -> None:
    assert await _contradictions(world, EXAMPLES) == []


@pytest.mark.heavy
@pytest.mark.timeout(3600)
async def test_many_requests_made_from_the_description_are_answered_as_it_says(world: World) -> None:
    assert await _contradictions(world, MANY_EXAMPLES) == []


async def test_bodies_are_described_as_closed_and_public_routes_as_open(world: World) -> None:
    described = (await world.http.get("/schema/openapi.json")).json()
    order = described["paths"]["/api/v1/marketplace/orders/create"]["post"]
    name = order["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert described["components"]["schemas"][name]["additionalProperties"] is False
    assert "additionalProperties" not in described["components"]["schemas"]["CallbackBody"]
    assert described["paths"]["/api/v1/marketplace/products"]["get"]["security"] == []
    assert order["responses"]["415"]["content"]["application/json"]["schema"]["$ref"].endswith("/Error")
