"""Packages that must fit together, in compiled code: a search among plans that fit.

In `wander` somebody moves to a transporter, puts out whoever stands in the way, and those look for the best place
left; what is lost so is forgiven as long as it is warm (annealing). `polish` makes the best such move of every
delivery, where it gains.

Room is counted in whole units, loads rounded up and capacities down, so that nothing drifts while packages come and
go by the million. All compiled code stands in this one file, see `auction`.
"""

from typing import NamedTuple

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.auction import compiled, inlined

_OUT = 3  # packages that one may put out
_CHAIN = _OUT + 1  # packages that a move touches
_GAINS = 1e-9  # points a move must gain in `polish`; less is rounding and could go round in circles


class Pairs(NamedTuple):
    """Who may go where.

    Attributes
    ----------
    start, column, gain
        Pairs of delivery i are ``start[i]`` to ``start[i + 1]``: transporter and points.
    need
        (E,) units of room a pair takes.
    slot_start, slot_gain
        Slots of transporter j are ``slot_start[j]`` to ``slot_start[j + 1]``; gains never rise within one.
    """

    start: Ints
    column: Ints
    gain: Floats
    need: Ints
    slot_start: Ints
    slot_gain: Floats


class Places(NamedTuple):
    """Who is where.

    Attributes
    ----------
    at
        (N,) the pair each delivery is given by, -1 for none.
    room, used
        (M,) units and slots: the first left, the second taken.
    member, place
        (K,) deliveries in the slots, the first ones of each transporter, and (N,) the slot of each delivery.
    dice
        (1,) state of the random numbers, never 0.
    """

    at: Ints
    room: Ints
    used: Ints
    member: Ints
    place: Ints
    dice: Ints


@inlined
def draw(dice: Ints, below: int) -> int:
    """A random number from 0, below a limit (Marsaglia's xorshift)."""
    x = np.uint64(dice[0])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    dice[0] = np.int64(x)
    return int((x >> np.uint64(11)) % np.uint64(below))


@inlined
def put(pairs: Pairs, places: Places, i: int, e: int) -> float:
    """Give delivery i by pair e; answers the points gained."""
    j = pairs.column[e]
    slot = pairs.slot_start[j] + places.used[j]
    places.at[i], places.member[slot], places.place[i] = e, i, slot
    places.used[j] += 1
    places.room[j] -= pairs.need[e]
    gain: float = pairs.gain[e] + pairs.slot_gain[slot]
    return gain


@inlined
def drop(pairs: Pairs, places: Places, i: int) -> float:
    """Take delivery i from whoever has it; answers the points lost."""
    e = places.at[i]
    j = pairs.column[e]
    places.used[j] -= 1
    last = pairs.slot_start[j] + places.used[j]
    other = places.member[last]
    places.member[places.place[i]], places.place[other] = other, places.place[i]
    places.room[j] += pairs.need[e]
    places.at[i] = -1
    gain: float = pairs.gain[e] + pairs.slot_gain[last]
    return gain


@inlined
def best_place(pairs: Pairs, places: Places, i: int) -> int:
    """The pair by which delivery i gains most where it fits; -1 where nothing gains."""
    best, most = -1, 0.0
    for e in range(pairs.start[i], pairs.start[i + 1]):
        j = pairs.column[e]
        slot = pairs.slot_start[j] + places.used[j]
        if pairs.need[e] <= places.room[j] and slot < pairs.slot_start[j + 1]:
            gain = pairs.gain[e] + pairs.slot_gain[slot]
            if gain > most:
                best, most = e, gain
    return best


@compiled
def begin(pairs: Pairs, places: Places, order: Ints, wanted: Ints) -> None:
    """Give deliveries in some order, each by the pair it wants if that fits, else by the best that does."""
    for i in order:
        e = wanted[i]
        if e >= 0:
            j = pairs.column[e]
            if pairs.need[e] > places.room[j] or places.used[j] >= pairs.slot_start[j + 1] - pairs.slot_start[j]:
                e = -1
        if e >= 0:
            put(pairs, places, i, e)
    for i in order:
        if places.at[i] < 0:
            e = best_place(pairs, places, i)
            if e >= 0:
                put(pairs, places, i, e)


@inlined
def undo(pairs: Pairs, places: Places, rows: Ints, before: Ints, count: int) -> None:
    """Bring deliveries back to where they were."""
    for k in range(count):
        if places.at[rows[k]] >= 0:
            drop(pairs, places, rows[k])
    for k in range(count):
        if before[k] >= 0:
            put(pairs, places, rows[k], before[k])


@inlined
def fits(pairs: Pairs, places: Places, e: int) -> bool:
    """Whether there are room and a slot for a pair."""
    j = pairs.column[e]
    open_slot: bool = places.used[j] < pairs.slot_start[j + 1] - pairs.slot_start[j]
    return open_slot and pairs.need[e] <= places.room[j]


@compiled
def wander(pairs: Pairs, places: Places, heat: float, moves: int) -> float:
    """Random moves; one that loses x points is kept with probability exp(-x / heat).

    Returns
    -------
    float
        Points gained by all of them.
    """
    rows, before, total = np.empty(_CHAIN, np.int64), np.empty(_CHAIN, np.int64), 0.0
    n = places.at.size
    for _ in range(moves):
        i = draw(places.dice, n)
        width = pairs.start[i + 1] - pairs.start[i]
        if width == 0:
            continue
        e = pairs.start[i] + draw(places.dice, width)
        if e == places.at[i]:
            continue
        j, count, gain = pairs.column[e], 1, 0.0
        rows[0], before[0] = i, places.at[i]
        if before[0] >= 0:
            gain -= drop(pairs, places, i)
        while not fits(pairs, places, e) and count < _CHAIN and places.used[j] > 0:
            other = places.member[pairs.slot_start[j] + draw(places.dice, places.used[j])]
            rows[count], before[count] = other, places.at[other]
            gain -= drop(pairs, places, other)
            count += 1
        if not fits(pairs, places, e):
            undo(pairs, places, rows, before, count)
            continue
        gain += put(pairs, places, i, e)
        for k in range(1, count):
            way = best_place(pairs, places, rows[k])
            if way >= 0:
                gain += put(pairs, places, rows[k], way)
        if gain >= 0.0 or gain > heat * np.log((draw(places.dice, 1 << 30) + 1.0) / (1 << 30)):
            total += gain
        else:
            undo(pairs, places, rows, before, count)
    return total


@compiled
def trial(pairs: Pairs, places: Places, i: int, e: int, other: int) -> float:
    """Points gained by giving delivery i by pair e in place of `other` (-1: nobody), who looks for another place.

    The move is made; whoever does not want it undoes it. -inf where it does not fit.
    """
    gain = 0.0
    if places.at[i] >= 0:
        gain -= drop(pairs, places, i)
    if other >= 0:
        gain -= drop(pairs, places, other)
    if not fits(pairs, places, e):
        return -np.inf
    gain += put(pairs, places, i, e)
    if other >= 0:
        way = best_place(pairs, places, other)
        if way >= 0:
            gain += put(pairs, places, other, way)
    return gain


@compiled
def polish(pairs: Pairs, places: Places, first: int, last: int) -> float:
    """The best single move or exchange of each delivery from `first` to `last`, where it gains; answers the points."""
    rows, before, total = np.empty(2, np.int64), np.empty(2, np.int64), 0.0
    there = np.empty(places.at.size, np.int64)  # members of one transporter: trials change their order
    for i in range(first, last):
        rows[0], before[0] = i, places.at[i]
        most, best, partner = _GAINS, -1, -1
        for e in range(pairs.start[i], pairs.start[i + 1]):
            j = pairs.column[e]
            if e == before[0]:
                continue
            free, used = fits(pairs, places, e), places.used[j]
            for k in range(used):
                there[k] = places.member[pairs.slot_start[j] + k]
            for k in range(-1, 0 if free else used):
                rows[1] = there[k] if k >= 0 else i
                before[1] = places.at[rows[1]]
                if k < 0 and not free:
                    continue
                if k >= 0 and pairs.need[e] > places.room[j] + pairs.need[before[1]]:
                    continue
                gain = trial(pairs, places, i, e, rows[1] if k >= 0 else -1)
                undo(pairs, places, rows, before, 2 if k >= 0 else 1)
                if gain > most:
                    most, best, partner = gain, e, rows[1] if k >= 0 else -1
        if best >= 0:
            total += trial(pairs, places, i, best, partner)
    return total
