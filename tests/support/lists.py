"""Lists whole: of those that all tests of a run share, nobody knows on which page a thing stands."""

from typing import Any

from tests.support.world import Person, ok


async def all_pages(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    """All that a list has, in its order."""
    found: list[dict[str, Any]] = []
    for page in range(1, 1_000):
        answer = ok(await person.get(path, page=page, page_size=100, **params))
        found += answer["results"]
        if answer["next"] is None:
            return found
    raise AssertionError(f"{path} has no end")
