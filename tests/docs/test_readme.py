"""The README's journey, typed as it stands there, against a running demo."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.commands import begin
from tests.support.server_process import ended
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "::end of block::"


@pytest.fixture(scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """The data folder of a running `dispatch demo`."""
    data_dir = tmp_path_factory.mktemp("demo")
    process = begin("demo", environment=os.environ | {"DISPATCH_DATA_DIR": str(data_dir), "DISPATCH_PORT": "0"})
    try:

        def is_up() -> bool:
            assert process.poll() is None, process.communicate()
            return (data_dir / "demo.json").exists()

        await until(is_up)
        yield data_dir
    finally:
        process.send_signal(signal.SIGINT)  # the README's Ctrl-C
        stopped = await ended(process)
    assert stopped.code == 0, stopped


async def _type_in(blocks: list[str], data_dir: Path) -> list[str]:
    """What each block prints, all typed into one shell."""
    script = "set -euo pipefail\n" + "".join(f"{block}\necho; echo '{MARK}'\n" for block in blocks)
    base_url = json.loads((data_dir / "demo.json").read_text())["base_url"]
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        script,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"BASE": base_url, "DEMO": str(data_dir / "demo.json"), "DISPATCH_DATA_DIR": str(data_dir)},
        cwd=ROOT,
    )
    out, complaint = await shell.communicate()
    assert shell.returncode == 0, f"{out.decode()}\n{complaint.decode()}"
    return out.decode().split(MARK)[:-1]


async def _of_the_seller_to_play(data_dir: Path) -> set[int]:
    """Products of the seller whose log-in the demo shows: what is ordered of others goes off by itself, maybe first."""
    told = json.loads((data_dir / "demo.json").read_text())
    async with httpx.AsyncClient(base_url=told["base_url"]) as client:
        reply = await client.post("/api/v1/auth/token/", json=told["accounts"]["seller"])
        signed_in = reply.raise_for_status().json()
        bearer = {"Authorization": f"Bearer {signed_in['access']}"}
        own = (await client.get("/api/v1/marketplace/products/mine/", headers=bearer)).raise_for_status().json()
    return {product["id"] for product in own["results"]}


def _json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.strip().splitlines()]


@pytest.mark.slow
async def test_the_journey_of_the_readme_ends_with_a_delivered_order(demo: Path) -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text())
    assert len(blocks) == 9
    printed = await _type_in(blocks, demo)

    cart = json.loads(printed[1])
    assert [item["quantity"] for item in cart["items"]] == [2]
    # Nobody else sends it off.
    assert {item["product_id"] for item in cart["items"]} <= await _of_the_seller_to_play(demo)
    assert printed[3].strip().startswith("http://")
    assert "Completed" in printed[4]
    scores = json.loads(printed[6])
    assert set(scores) == {f"{term}_score" for term in ("distance", "rating", "capacity", "workload", "total")}
    events, history = _json_lines(printed[8])
    assert [event["status"] for event in events] == ["pending", "confirmed", "processing", "shipped", "delivered"]
    steps = [step["status"] for step in history]  # once it has arrived the number alone shows no journey
    assert (steps[0], steps[1], steps[-1]) == ("assigned", "picked_up", "delivered")


def test_every_file_and_command_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / link).exists(), link
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in re.findall(r"`?make ([a-z-]+)`?", text):
        assert command in targets, command
