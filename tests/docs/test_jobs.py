"""Whoever runs a server finds each of its jobs in the page about production."""

from pathlib import Path

from api.server.jobs import jobs_of
from tests.support.world import World

PAGE = Path(__file__).parents[2] / "docs" / "production.md"


def test_every_job_is_named_where_operators_look(world: World) -> None:
    page = PAGE.read_text()
    names = {job.name for job in jobs_of(world.server.services)}
    assert sorted(name for name in names if f"`{name}`" not in page) == []
