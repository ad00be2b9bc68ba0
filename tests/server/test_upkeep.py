"""What the log says of the work beside the requests when it cannot be done."""

import asyncio
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("upkeep_without_stores.py")


async def test_a_service_that_is_away_is_a_line_a_round_and_only_a_defect_a_traceback(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), str(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    _, written = await process.communicate()
    assert process.returncode == 0, written.decode()
    lines = written.decode().splitlines()
    said = [line for line in lines if "upkeep" in line and " job=" in line]
    for name in ("redis", "database"):
        of_job = [line for line in said if f"job={name}" in line]
        assert len(of_job) == 2
        assert all("[warning" in line and "upkeep waits" in line and " error=" in line for line in of_job)
    assert sum("[error" in line and "upkeep failed" in line and "job=defect" in line for line in said) == 2
    # Two tracebacks, both of the defect.
    assert lines.count("Traceback (most recent call last):") == lines.count("KeyError: 'a defect'") == 2
