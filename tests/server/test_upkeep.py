"""What the log says of the work beside the requests when it cannot be done."""

import asyncio
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("upkeep_without_stores.py")


async def test_what_fails_round_after_round_is_told_ever_more_rarely_and_a_defect_in_whole_once(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), str(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    _, written = await process.communicate()
    assert process.returncode == 0, written.decode()
    lines = written.decode().splitlines()
    said = [line for line in lines if " job=" in line]
    told = {name: [line for line in said if f"job={name}" in line] for name in ("redis", "database", "defect")}
    for name, marks in told.items():
        *failed, again = marks
        assert "works again" in again
        assert len(failed) == 4, failed  # the first, second, fourth and eighth of nine
        assert [f" times={times}" in line for line, times in zip(failed[1:], (2, 4, 8), strict=True)] == [True] * 3
        if name == "defect":
            assert all("[error" in line and "upkeep failed" in line for line in failed)
            assert all(" error='KeyError at upkeep_without_stores.py:" in line for line in failed[1:])
        else:
            assert all("[warning" in line and "upkeep waits" in line and " error=" in line for line in failed)
    # One traceback, of the defect.
    assert lines.count("Traceback (most recent call last):") == lines.count("KeyError: 'a defect'") == 1
