"""What a process is told when it is started, and what it says of itself."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.process.process_roles import STEWARD, worker_role
from api.process.resources import Addresses
from api.server.start_message import StartMessage, decode_start_message, encode_start_message, plain_settings
from dispatch.settings import Settings, load_settings

ADDRESSES = Addresses("postgresql+asyncpg://u:p@h/d", "redis://h", "http://h/api/v2/", "key")
SAYS_TWO_THINGS = """
import logging, structlog
from api.server.logs import configure_logs
from dispatch.settings import Settings
configure_logs(Settings(log_json=True), process="worker 2", pid=7)
structlog.get_logger("ours").warning("one")
logging.getLogger("theirs").warning("two")
"""


def test_every_setting_arrives_as_the_supervisor_has_it_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(
        port=4711,
        data_dir=Path("/somewhere"),
        secret_key=SecretStr("s" * 40),
        khalti_secret_key=SecretStr("live"),
        webhook_secrets=(SecretStr("a"), SecretStr("b")),
        site_url="https://shop.example",
        vat_rate=Decimal("0.13"),
        allowed_origins=("https://shop.example",),
        debug=False,
    )
    start_message = StartMessage(1, "worker 1", 1, plain_settings(settings), ADDRESSES, listener=5)
    for name, other in {"SITE_URL": "https://other.example", "DEBUG": "True", "DISPATCH_PORT": "1"}.items():
        monkeypatch.setenv(name, other)
    line = encode_start_message(start_message)
    assert line.count(b"\n") == 1
    arrived = decode_start_message(line)
    assert (arrived.addresses, arrived.listener) == (ADDRESSES, 5)
    assert "live" not in repr(arrived)
    assert arrived.read_settings() == settings
    assert arrived.read_settings() != load_settings()


def test_workers_answer_and_the_steward_does_the_upkeep() -> None:
    for part, answers in ((worker_role(3), True), (STEWARD, False)):
        start_message = StartMessage(1, part.name, part.duties.value, {}, ADDRESSES)
        told = decode_start_message(encode_start_message(start_message)).part
        assert (told, told.answers, told.does_upkeep) == (part, answers, not answers)


def test_every_log_line_names_its_process() -> None:
    said = subprocess.run([sys.executable, "-c", SAYS_TWO_THINGS], capture_output=True, check=True, text=True)  # noqa: S603
    lines = [json.loads(line) for line in said.stderr.splitlines()]
    told = [(line["event"], line["process"], line["pid"]) for line in lines]
    assert told == [("one", "worker 2", 7), ("two", "worker 2", 7)]


@pytest.mark.slow
def test_a_worker_that_nobody_tells_anything_ends_with_a_sentence() -> None:
    command = [sys.executable, "-m", "api.server.worker", "worker 1"]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True)  # noqa: S603
    assert ended.returncode == 1
    assert "dispatch serve --workers N" in ended.stderr
    assert "Traceback" not in ended.stderr
