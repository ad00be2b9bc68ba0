"""``dispatch doctor``: is everything there that the server needs?"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Literal

import httpx
from redis.exceptions import RedisError
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.cli.findings import Finding
from api.cli.folder_finding import folder_finding
from api.cli.production import production_findings, return_findings, webhook_finding
from api.cli.redis_findings import redis_finding
from api.cli.rolling_finding import rolling_finding
from api.server.backing_services import addresses_in_use
from api.server.services import Services, build_services
from api.terminal.console import make_console
from dispatch.database.migrate import current_revision, newest_revision
from dispatch.ports import GatewayError, GatewayKeyRefused, GatewayRefused
from dispatch.settings import Settings
from realtime.history.log_state import read_log_state
from realtime.redis.incarnation import MemoryMatch

CHECK_WITHIN_S = 10.0
NO_SESSION = "nobodyopenedthissession"
POSTGRES_MIN = 150_000
# Share of what may wait in the log, from which on it is worth a look.
MUCH_BACKLOG = 0.1


async def examine(settings: Settings, *, as_json: bool) -> int:
    """Print the findings; the exit code is 1 where something is bad."""
    findings = [
        _python(),
        *production_findings(settings),
        *return_findings(settings),
        webhook_finding(settings),
        folder_finding(settings.data_dir),
    ]
    addresses = addresses_in_use(settings)
    if addresses is None:
        findings.append(
            Finding("services", "warning", "embedded, not running", "start the server: dispatch serve (or make demo)")
        )
    else:
        services = build_services(settings, addresses)
        try:
            checks = (_database, _redis, _writing, _memory, _history, _rolling, _gateway)
            findings += await asyncio.gather(*(_within(check, services) for check in checks))
            findings.append(await _within(_server, services))
        finally:
            await services.close()
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    else:
        _print(findings)
    return int(any(finding.state == "bad" for finding in findings))


async def _within(check: Callable[[Services], Awaitable[Finding]], services: Services) -> Finding:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return await check(services)
    except TimeoutError:
        return Finding(
            check.__name__.strip("_"),
            "bad",
            "no answer within ten seconds",
            "is the address right?",
        )


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", version)


async def _database(services: Services) -> Finding:
    try:
        async with services.database.engine.connect() as connection:
            number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
        revision = await current_revision(services.database.engine)
    except (SQLAlchemyError, OSError) as error:
        return Finding("database", "bad", type(error).__name__, "check DISPATCH_DATABASE_URL and that PostgreSQL runs")
    found = f"PostgreSQL {number // 10000}.{number % 10000}, schema {revision}"
    if number < POSTGRES_MIN:
        return Finding("database", "bad", found, "PostgreSQL 15 or newer is needed")
    if revision != newest_revision():
        return Finding("database", "bad", found, f"run `dispatch migrate`: {newest_revision()} is the newest schema")
    return Finding("database", "ok", found)


async def _redis(services: Services) -> Finding:
    return await redis_finding(services.redis, ping_replicas=services.settings.ping_replicas)


async def _writing(services: Services) -> Finding:
    """Whether PostgreSQL and Redis take writes."""
    problems = [
        problem
        for check in (services.operations.write_checks.database, services.operations.write_checks.redis)
        if (problem := await check.problem())
    ]
    if problems:
        return Finding("writing", "bad", "; ".join(problems), "is a disk full, or is one of them a standby?")
    return Finding("writing", "ok", "PostgreSQL and Redis take writes")


async def _memory(services: Services) -> Finding:
    """Whether Redis remembers this database. Changes nothing."""
    try:
        bond = await services.operations.incarnation.look()
    except (RedisError, SQLAlchemyError, OSError) as error:
        return Finding("memory", "bad", type(error).__name__, "see database and redis")
    state, found, advice = _MATCHES[bond]
    return Finding("memory", state, found, advice)


_MATCHES: dict[MemoryMatch, tuple[Literal["ok", "warning", "bad"], str, str]] = {
    MemoryMatch.SAME: ("ok", "Redis remembers this database", ""),
    MemoryMatch.NEW: ("ok", "Redis remembers no database yet", "the server's start notes it"),
    MemoryMatch.OTHER_DATABASE: (
        "bad",
        "Redis remembers another database",
        "start the server: it forgets what was remembered and keeps the pings that wait; or correct the addresses",
    ),
    MemoryMatch.TAKEN: (
        "bad",
        "another database's servers use this zone of Redis",
        "give one of them another DISPATCH_ZONE, or a Redis of its own",
    ),
    MemoryMatch.DATABASE_WENT_BACK: (
        "bad",
        "the database went back behind what Redis remembers",
        "start the server, or wait some seconds where it runs: it forgets what was remembered and keeps what waits",
    ),
    MemoryMatch.REDIS_WENT_BACK: (
        "warning",
        "Redis went back behind the database",
        "the server mends it within seconds",
    ),
}


async def _history(services: Services) -> Finding:
    try:
        state = await read_log_state(services.redis, services.keys)
    except (RedisError, OSError) as error:
        return Finding("history", "bad", type(error).__name__, "see redis")
    found = f"{state.backlog} pings wait for PostgreSQL, {state.dead} set aside"
    if not state.history_is_active:
        seen = "never" if state.history_seen_s is None else f"{state.history_seen_s:.0f} s ago"
        advice = "no process works the log off: is `dispatch serve` running, and what does its log say?"
        return Finding(
            "history", "bad" if state.backlog else "warning", f"{found}, a writer was last seen {seen}", advice
        )
    if state.backlog > services.settings.ping_log_max * MUCH_BACKLOG:
        advice = "the history does not keep up: is PostgreSQL slow? At DISPATCH_PING_LOG_MAX pings are refused"
        return Finding("history", "warning", f"{found}, of {services.settings.ping_log_max} that may", advice)
    if state.dead:
        advice = f"read why: redis-cli XRANGE {services.keys.dead} - + COUNT 10; XDEL what is dealt with"
        return Finding("history", "warning", found, advice)
    return Finding("history", "ok", found)


async def _rolling(services: Services) -> Finding:
    return await rolling_finding(services.database, services.clock, services.deliveries.rolling_rules)


async def _gateway(services: Services) -> Finding:
    kind = "Khalti" if services.settings.khalti_secret_key else "sandbox gateway"
    try:
        banks = await services.payments.gateway.list_banks("ebanking")
    except GatewayError as error:
        return Finding("gateway", "bad", error.reason, f"is the {kind} reachable from here?")
    try:  # banks are listed without our key; a session that nobody opened is looked for with it
        await services.payments.gateway.lookup(NO_SESSION)
    except GatewayKeyRefused as error:
        return Finding("gateway", "bad", f"{kind}: {error}", "nobody can pay: copy the key again from the dashboard")
    except GatewayRefused:
        pass
    except GatewayError as error:
        return Finding("gateway", "bad", error.reason, f"is the {kind} reachable from here?")
    return Finding("gateway", "ok", f"{kind}, {len(banks)} e-banking banks")


async def _server(services: Services) -> Finding:
    url = f"{services.settings.public_url}/health/ready"
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            reply = await client.get(url)
    except httpx.HTTPError:
        return Finding("server", "warning", f"nothing answers at {url}", "start it: dispatch serve")
    if reply.status_code != httpx.codes.OK:
        return Finding("server", "bad", f"{reply.status_code} {reply.text}", "see its log")
    return Finding("server", "ok", url)


def _print(findings: list[Finding]) -> None:
    colors = {"ok": "green", "warning": "yellow", "bad": "red"}
    table = Table("check", "", "found", "what to do")
    for finding in findings:
        state = f"[{colors[finding.state]}]{finding.state}[/]"
        table.add_row(finding.check, state, finding.found, finding.advice)
    make_console().print(table)
