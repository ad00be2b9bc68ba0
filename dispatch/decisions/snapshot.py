"""What a decision was made from, whole: everybody who was online, the parcels, and who got which.

Places are kept to 0.00001 degrees (about a metre), ratings to a thousandth, weights to a gram; what is scored from them
differs from what was scored then by less than a hundredth of a point.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from dispatch.decisions.columns import pack, unpack

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

Rule: TypeAlias = tuple[float, tuple[float, float, float, float]]

OTHER_VEHICLE = 5
"""A standing: all is in order, but only vehicles of another type were asked for."""
LEFT_OUT = 6
"""A standing: all is in order, but the deliveries were to go to anybody else."""

_PER_DEGREE = 100_000
_PER_STAR = 1_000
_PER_KG = 1_000
_MOST_GRAMS = 2**32 - 1
_MOST_COUNT = 2**16 - 1


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who was online, by ascending id. Degrees, 0 to 5, kg.

    ``standing``: as ``dispatch.transporters.kept.Standing``, ``OTHER_VEHICLE`` or ``LEFT_OUT``.
    """

    ids: Ints
    standing: Ints
    lat: Floats
    lon: Floats
    rating: Floats
    free_kg: Floats
    active: Ints
    max_active: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """What was to be given, by rows. Degrees, kg; ``located``: whether there was a pickup point."""

    ids: Ints
    lat: Floats
    lon: Floats
    located: Bools
    weight_kg: Floats
    urgency: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Who got what: a row of ``People`` for each parcel, -1 for none, with the scoring's ``Reason``.

    ``slot``: how many parcels the same person got before it in the plan. ``price``, ``weight_price``: what one more
    slot and one more kg of each person were worth to the plan, in points; empty where nothing had a price.
    """

    person: Ints
    slot: Ints
    reason: Ints
    price: Floats = field(default_factory=lambda: np.zeros(0))
    weight_price: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A decision's inputs and what came of them.

    ``locked``, ``forbidden``: pairs of delivery and transporter that a person decided. ``changed``: transporters who
    scored higher and could not take it any more when it was written. ``gave_back``: pairs of delivery and transporter
    where the transporter had had it before and given it back.
    """

    people: People
    parcels: Parcels
    outcome: Outcome
    locked: list[tuple[int, int]] = field(default_factory=list)
    forbidden: list[tuple[int, int]] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    gave_back: list[tuple[int, int]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    """Radius in metres and weights of distance, rating, capacity and workload, where parcels were judged unlike."""
    rule: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(N,) which of them is each parcel's; empty where all were judged by the decision's own."""

    def rule_of(self, place: int) -> Rule | None:
        """By what the parcel of a row was judged; None by the decision's own."""
        return self.rules[int(self.rule[place])] if self.rule.size else None

    def radius_of_each(self) -> Floats | None:
        """(N,) metres within which each parcel was judged; None where all by the decision's own."""
        return np.array([radius_m for radius_m, _ in self.rules])[self.rule] if self.rule.size else None

    def weights_of_each(self) -> Floats | None:
        """(N, 4) the same of the weights."""
        return np.array([weights for _, weights in self.rules])[self.rule] if self.rule.size else None

    def pack(self) -> bytes:
        """In few bytes; some milliseconds for ten thousand people, so off the event loop."""
        people, parcels, outcome = self.people, self.parcels, self.outcome
        columns = {
            "ids": _gaps(people.ids),
            "standing": people.standing.astype("<u1"),
            "lat": _degrees(people.lat),
            "lon": _degrees(people.lon),
            "rating": np.rint(people.rating * _PER_STAR).astype("<u2"),
            "free": _grams(people.free_kg),
            "active": _counts(people.active),
            "max_active": _counts(people.max_active),
            "parcel": _gaps(parcels.ids),
            "parcel_lat": _degrees(parcels.lat),
            "parcel_lon": _degrees(parcels.lon),
            "located": parcels.located.astype("<u1"),
            "weight": _grams(parcels.weight_kg),
            "urgency": parcels.urgency.astype("<f4"),
            "person": outcome.person.astype("<i4"),
            "slot": _counts(np.maximum(outcome.slot, 0)),
            "reason": outcome.reason.astype("<u1"),
            "price": outcome.price.astype("<f4"),
            "weight_price": outcome.weight_price.astype("<f4"),
            "rule": _counts(self.rule),
        }
        header = {name: getattr(self, name) for name in ("locked", "forbidden", "changed", "gave_back", "rules")}
        return pack(columns, header)

    @classmethod
    def unpack(cls, packed: bytes) -> "Snapshot":
        """What ``pack`` kept."""
        columns, header = unpack(packed)
        whole = {name: column.astype(np.int64) for name, column in columns.items() if column.dtype.kind != "f"}
        price = {name: columns[name].astype(np.float64) for name in ("price", "weight_price", "urgency")}
        return cls(
            People(
                np.cumsum(whole["ids"]),
                whole["standing"],
                whole["lat"] / _PER_DEGREE,
                whole["lon"] / _PER_DEGREE,
                whole["rating"] / _PER_STAR,
                whole["free"] / _PER_KG,
                whole["active"],
                whole["max_active"],
            ),
            Parcels(
                np.cumsum(whole["parcel"]),
                whole["parcel_lat"] / _PER_DEGREE,
                whole["parcel_lon"] / _PER_DEGREE,
                whole["located"].astype(np.bool_),
                whole["weight"] / _PER_KG,
                price["urgency"],
            ),
            Outcome(whole["person"], whole["slot"], whole["reason"], price["price"], price["weight_price"]),
            [(delivery, transporter) for delivery, transporter in header["locked"]],
            [(delivery, transporter) for delivery, transporter in header["forbidden"]],
            header["changed"],
            [(delivery, transporter) for delivery, transporter in header["gave_back"]],
            [(radius_m, (one, two, three, four)) for radius_m, (one, two, three, four) in header.get("rules", ())],
            whole.get("rule", np.zeros(0, dtype=np.int64)),
        )


def _gaps(ids: Ints) -> npt.NDArray[np.int64]:
    """Numbers as steps from one to the next: they rise by little, or are few."""
    return np.diff(ids, prepend=0).astype("<i8")


def _degrees(values: Floats) -> npt.NDArray[np.int32]:
    return np.rint(values * _PER_DEGREE).astype("<i4")


def _grams(values: Floats) -> npt.NDArray[np.uint32]:
    return np.rint(np.clip(values * _PER_KG, 0, _MOST_GRAMS)).astype("<u4")


def _counts(values: Ints) -> npt.NDArray[np.uint16]:
    return np.minimum(values, _MOST_COUNT).astype("<u2")
