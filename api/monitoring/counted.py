"""What all processes of this server counted, read back as numbers."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector


def counted_registry() -> CollectorRegistry:
    """The counters of every process summed up; of this one where there is no other.

    Nothing where the folder of the counters is gone, as with its disk: whoever asks how the server does is answered.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    counted = CollectorRegistry()
    with suppress(ValueError):  # what the collector raises for it
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return counted


@dataclass(frozen=True, slots=True)
class Counted:
    """One look at the counters: every sample by its name."""

    samples: Mapping[str, list[tuple[Mapping[str, str], float]]]

    def total(self, name: str) -> int:
        """The sum over all labels; 0 for what was never counted."""
        return int(sum(value for _, value in self.samples.get(name, [])))

    def by(self, name: str, label: str) -> dict[str, float]:
        """The value for each value of a label."""
        found: dict[str, float] = {}
        for labels, value in self.samples.get(name, []):
            found[labels.get(label, "")] = found.get(labels.get(label, ""), 0.0) + value
        return found


def read_counted() -> Counted:
    """Look at the counters now."""
    samples: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for name, labels, value in _samples(counted_registry()):
        samples.setdefault(name, []).append((labels, value))
    return Counted(samples)


def _samples(registry: CollectorRegistry) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for family in registry.collect():
        for sample in family.samples:
            if sample.name.startswith("dispatch_"):
                yield sample.name, sample.labels, sample.value
