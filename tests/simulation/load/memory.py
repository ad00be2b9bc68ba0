"""What a process has of its own, over time."""

import asyncio
import statistics

import psutil

MIB = 1 << 20
SAMPLE_EVERY_S = 0.5


class Memory:
    """What a process has of its own, sampled while something else happens."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.mib: list[float] = []

    async def sample(self) -> None:
        """Until it is cancelled."""
        while True:
            self.mib.append(self._process.memory_full_info().uss / MIB)
            await asyncio.sleep(SAMPLE_EVERY_S)

    def growth_mib(self) -> float:
        """By how much the line through the second half of the samples rises."""
        half = self.mib[len(self.mib) // 2 :]
        return statistics.linear_regression(range(len(half)), half).slope * len(half)
