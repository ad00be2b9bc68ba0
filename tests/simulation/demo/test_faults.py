"""What is asked for with ``dispatch demo --faults`` is really sent, and the server does with it what it promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

import pytest
from click.testing import CliRunner

from api.cli.main import main
from api.simulation.demo.cancelling import cancel_all
from api.simulation.demo.faults import Fault, FaultPlan, PhoneFaults, Spell, read_shares
from api.simulation.demo.kathmandu import Point
from api.simulation.demo.phone import Phone
from api.simulation.demo.sign_ins import AppTokens, Callers
from tests.support.waiting import until
from tests.support.world import THAMEL, Driver, World

LAT, LON = THAMEL
HERE = Point(*THAMEL)
FOR_EVER = Spell(0.0, 1e9, 1e9)


@dataclass
class Hand:
    """A clock that is moved by hand; seconds."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Rider:
    """A simulated phone and who carries it."""

    driver: Driver
    phone: Phone
    world: World

    async def rides(self, fixes: int, first: int = 0) -> None:
        """Report so many places, a few metres apart."""
        for step in range(first, first + fixes):
            await self.phone.report(LAT + step * 1e-5, LON, speed_mps=1, heading_deg=0, battery=0.8)


@asynccontextmanager
async def rider(world: World, faults: PhoneFaults) -> AsyncIterator[Rider]:
    """A phone of the demo, running, whose first position is stored where it may send one."""
    driver = await world.driver()
    url = world.server.settings.public_url
    tokens = {driver.email: AppTokens(driver.access, driver.refresh)}
    async with aclosing(Callers(url, "", tokens)) as callers:
        socket_url = f"ws{url.removeprefix('http')}/ws/transporter"
        phone = Phone(socket_url, callers.of(driver.email), "demo-1", lambda: None, faults)
        running = asyncio.create_task(phone.run())
        try:
            yield Rider(driver, phone, world)
        finally:
            await cancel_all([running])


def faults_of(shares: dict[Fault, float], clock: Hand | None = None) -> PhoneFaults:
    """With the dice of one seed."""
    return PhoneFaults(shares, 1, "demo-1", clock or Hand())


def acknowledged(world: World) -> int:
    """How many positions the server has acknowledged, duplicates among them; its metric says so a second later."""
    return world.server.services.sockets.ingest.counts.stored


@pytest.mark.slow
async def test_a_position_that_is_sent_twice_is_stored_once(world: World) -> None:
    before = acknowledged(world)
    async with rider(world, faults_of({Fault.DUPLICATES: 1.0})) as one:
        await one.rides(1)
        await one.phone.heard.wait()
        await one.rides(5, first=1)
        assert [row["seq"] for row in await world.stored_fixes(one.driver, 6)] == [1, 2, 3, 4, 5, 6]
        await until(lambda: acknowledged(world) - before == 11)  # the first was kept while there was no connection


@pytest.mark.slow
async def test_a_jump_is_stored_with_the_flag_of_an_impossible_speed(world: World) -> None:
    faults = faults_of({})
    async with rider(world, faults) as one:
        await one.rides(1)
        await one.phone.heard.wait()
        jumps = faults_of({Fault.JUMPS: 1.0})
        faults.displaced = jumps.displaced  # type: ignore[method-assign]  # from now on
        await one.rides(1, first=1)
        rows = await world.stored_fixes(one.driver, 2)
        assert [row for row in rows if "impossible_speed" in row["flags"]] == [rows[1]]
        assert HERE.distance_m(Point(rows[1]["lat"], rows[1]["lon"])) > 2_900


async def test_a_clock_that_is_ahead_is_told_and_its_positions_are_flagged(world: World) -> None:
    faults = faults_of({})
    faults.skew_s = 60.0
    async with rider(world, faults) as one:
        await one.rides(1)
        row = (await world.stored_fixes(one.driver, 1))[0]
        assert "clock_skew" in row["flags"]
        assert one.phone.skew_told_s is not None
        # What its greeting took to come is missing; by ten seconds a clock may be ahead without a flag.
        assert 10 < one.phone.skew_told_s < 61


async def test_what_was_measured_without_network_comes_after_it_in_order(world: World) -> None:
    clock = Hand()
    faults = faults_of({}, clock)
    faults.spells[Fault.GAPS] = Spell(10.0, 50.0, 1e9)
    async with rider(world, faults) as one:
        await one.rides(1)
        await one.phone.heard.wait()
        clock.now_s = 20.0
        await one.rides(4, first=1)
        assert one.phone.is_cut_off
        assert len(await world.stored_fixes(one.driver, 1)) == 1
        clock.now_s = 70.0
        rows = await world.stored_fixes(one.driver, 5)
        assert all(newer["seq"] == older["seq"] + 1 for older, newer in pairwise(rows))


async def test_a_silent_phone_stays_connected_and_says_nothing(world: World) -> None:
    clock = Hand()
    faults = faults_of({}, clock)
    faults.spells[Fault.SILENT] = Spell(10.0, 50.0, 1e9)
    async with rider(world, faults) as one:
        await one.rides(1)
        await one.phone.heard.wait()
        clock.now_s = 20.0
        await one.rides(3, first=1)
        assert not one.phone.is_cut_off
        clock.now_s = 70.0
        await one.rides(1, first=4)
        rows = await world.stored_fixes(one.driver, 2)
        assert [round(row["lat"], 6) for row in rows] == [round(LAT, 6), round(LAT + 4e-5, 6)]


async def test_a_phone_that_died_has_lost_what_it_knew_and_begins_anew_when_it_is_charged(world: World) -> None:
    clock = Hand()
    faults = faults_of({}, clock)
    faults.spells[Fault.DYING] = Spell(100.0, 50.0, 1e9)
    async with rider(world, faults) as one:
        await one.rides(1)
        await one.phone.heard.wait()
        clock.now_s = 97.0
        await one.rides(1, first=1)
        full, faint = await world.stored_fixes(one.driver, 2)
        assert (full["battery"], faint["battery"]) == (0.8, 0.04)
        clock.now_s = 120.0
        await one.rides(3, first=2)
        clock.now_s = 160.0
        await one.rides(1, first=5)
        newest = (await world.stored_fixes(one.driver, 3))[-1]
        assert newest["seq"] == 1
        assert newest["battery"] == 0.8


def test_the_same_seed_brings_the_same_faults_and_another_seed_others() -> None:
    def story(seed: int) -> list[object]:
        shares = dict.fromkeys(Fault, 0.5)
        phones = [PhoneFaults(shares, seed, f"demo-{number}", Hand()) for number in range(20)]
        return [(one.skew_s, one.spells, one.copies(), one.displaced(HERE)) for one in phones]

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_without_faults_nothing_ever_goes_wrong() -> None:
    clock = Hand()
    for number in range(20):
        faults = PhoneFaults({}, 1, f"demo-{number}", clock)
        for clock.now_s in range(0, 2_000, 10):
            assert not faults.is_cut_off
            assert not faults.is_silent
            assert (faults.copies(), faults.displaced(HERE), faults.battery(0.7), faults.skew_s) == (1, HERE, 0.7, 0)


def test_everyone_is_heard_before_the_first_phone_falls_silent() -> None:
    for number in range(40):
        faults = PhoneFaults(dict.fromkeys(Fault, 1.0), 1, f"demo-{number}", Hand())
        assert set(faults.spells) == {Fault.GAPS, Fault.SILENT, Fault.DYING}
        assert all(spell.first_s >= 60 for spell in faults.spells.values())


def test_shares_are_read_with_and_without_numbers() -> None:
    assert read_shares("gaps, jumps=0.5") == {Fault.GAPS: 0.2, Fault.JUMPS: 0.5}
    assert read_shares("all,jumps=0.5") == read_shares("jumps=0.5,all")
    assert set(read_shares("all")) == set(Fault)
    assert str(FaultPlan(read_shares("skew=1"), 7)) == "skew 1 (seed 7)"


def test_the_command_names_every_fault_that_it_does_not_know_and_those_there_are() -> None:
    outcome = CliRunner().invoke(main, ["demo", "--faults", "gasp,jumps=2,skew=x"])
    assert outcome.exit_code == 2
    for word in ("gasp", "'2'", "'x'", *Fault):
        assert word in outcome.output
