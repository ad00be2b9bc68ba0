"""What goes wrong with the demo's phones where it is asked for: ``dispatch demo --faults gaps,jumps=0.1``."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from api.simulation.demo.kathmandu import Point


class Fault(StrEnum):
    """A kind of fault."""

    GAPS = "gaps"
    DUPLICATES = "duplicates"
    JUMPS = "jumps"
    SKEW = "skew"
    SILENT = "silent"
    DYING = "dying"


DEFAULT_SHARES: Mapping[Fault, float] = {
    Fault.GAPS: 0.2,
    Fault.DUPLICATES: 0.05,
    Fault.JUMPS: 0.02,
    Fault.SKEW: 0.1,
    Fault.SILENT: 0.1,
    Fault.DYING: 0.1,
}
"""Where none is said: of all phones, but of all positions for duplicates and jumps."""
ALL = "all"

SKEW_S = (15.0, 90.0)
"""Ahead or behind. The server flags what is ahead by more than 10 s, and refuses what is ahead by two minutes."""
JUMP_M = (3_000.0, 8_000.0)
FADES_S = 60.0
"""For how long before its end a dying phone's battery falls to nothing."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that comes again and again; seconds since the phone was switched on."""

    first_s: float
    lasts_s: float
    every_s: float

    def is_on(self, elapsed_s: float) -> bool:
        """Whether it is so at this moment."""
        return elapsed_s >= self.first_s and (elapsed_s - self.first_s) % self.every_s < self.lasts_s

    def begins_in_s(self, elapsed_s: float) -> float:
        """How long until it begins the next time."""
        if elapsed_s < self.first_s:
            return self.first_s - elapsed_s
        return self.every_s - (elapsed_s - self.first_s) % self.every_s


# (begins, lasts, from one beginning to the next), each between two bounds. The first minute has none: a demo
# is set up once everybody was heard. Silence lasts past 45 s, where a position is doubtful, and often past 120 s.
SPELLS: Mapping[Fault, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    Fault.GAPS: ((60, 180), (20, 90), (180, 420)),
    Fault.SILENT: ((60, 180), (60, 180), (400, 700)),
    Fault.DYING: ((120, 240), (120, 300), (600, 900)),
}


class PhoneFaults:
    """What goes wrong with one phone. The same seed and device bring the same; ``clock`` counts seconds."""

    def __init__(
        self, shares: Mapping[Fault, float], seed: int, device: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shares = shares
        self._clock = clock
        self._since = clock()
        self._dice = Random(f"{seed} {device}")  # noqa: S311  # decides what breaks in a demo
        self.spells: dict[Fault, Spell] = {}
        self.skew_s = 0.0
        """By how much the phone's clock is ahead; negative: behind."""
        for kind in Fault:  # always in the same order, so that one fault more changes nothing of the others
            self._prepare(kind, Random(f"{seed} {device} {kind}"))  # noqa: S311

    def _prepare(self, kind: Fault, dice: Random) -> None:
        if dice.random() >= self._shares.get(kind, 0.0):
            return
        if kind is Fault.SKEW:
            self.skew_s = dice.choice((-1, 1)) * dice.uniform(*SKEW_S)
        elif kind in SPELLS:
            first, lasts, every = SPELLS[kind]
            self.spells[kind] = Spell(dice.uniform(*first), dice.uniform(*lasts), dice.uniform(*every))

    def _is_on(self, kind: Fault) -> bool:
        spell = self.spells.get(kind)
        return spell is not None and spell.is_on(self._clock() - self._since)

    @property
    def is_off(self) -> bool:
        """Its battery is empty: it knows nothing, and begins anew when it is charged."""
        return self._is_on(Fault.DYING)

    @property
    def is_cut_off(self) -> bool:
        """It has no network, or is off."""
        return self.is_off or self._is_on(Fault.GAPS)

    @property
    def is_silent(self) -> bool:
        """It is connected and says nothing, as an app that its system has put to sleep."""
        return self._is_on(Fault.SILENT)

    def battery(self, charge: float) -> float:
        """What is left of a charge between 0 and 1."""
        spell = self.spells.get(Fault.DYING)
        left_s = FADES_S if spell is None else spell.begins_in_s(self._clock() - self._since)
        return charge * min(1.0, left_s / FADES_S)

    def displaced(self, here: Point) -> Point:
        """Where the phone believes to be: kilometres away for a single fix, now and then."""
        if self._dice.random() >= self._shares.get(Fault.JUMPS, 0.0):
            return here
        along, across = (self._dice.choice((-1, 1)) * self._dice.uniform(*JUMP_M) / 2**0.5 for _ in range(2))
        return here.shifted(along, across)

    def copies(self) -> int:
        """How many times the next position is sent, under the same number."""
        return 2 if self._dice.random() < self._shares.get(Fault.DUPLICATES, 0.0) else 1


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """What was asked for: the share of each fault, and what the dice begin with."""

    shares: Mapping[Fault, float]
    seed: int = 1

    def of(self, device: str) -> PhoneFaults:
        """What goes wrong with this phone."""
        return PhoneFaults(self.shares, self.seed, device)

    def __str__(self) -> str:
        return ", ".join(f"{kind} {share:g}" for kind, share in self.shares.items()) + f" (seed {self.seed})"


NO_FAULTS = FaultPlan({})


def read_shares(text: str) -> dict[Fault, float]:
    """``gaps,jumps=0.1`` or ``all``. Raises ValueError, which names all that is wrong and what fits."""
    shares: dict[Fault, float] = {}
    wrong: list[str] = []
    for word in (part.strip() for part in text.split(",")):
        name, has_share, share = word.partition("=")
        if word == ALL:
            shares = {**DEFAULT_SHARES, **shares}
        elif name not in list(Fault):
            wrong.append(f"{word!r} is no fault")
        elif not has_share:
            shares[Fault(name)] = DEFAULT_SHARES[Fault(name)]
        elif (read := _share(share)) is None:
            wrong.append(f"{share!r} is no share of {name}: between 0 and 1")
        else:
            shares[Fault(name)] = read
    if wrong:
        raise ValueError(f"{'; '.join(wrong)}. There are {', '.join(Fault)}, each with a share as in gaps=0.3; or all.")
    return shares


def _share(text: str) -> float | None:
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
