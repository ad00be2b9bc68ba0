"""Tolls for slots and for room, in compiled code: the lower what they promise, the better the bound.

Under a toll for entering a transporter and one for each kg, every delivery takes the best pair it knows and every
transporter opens the slots that pay. What they gain so, with what the room is worth, bounds every plan. Tolls follow
what is too much or too little: a subgradient method in which each toll's steps go by its own history (Kingma and Ba,
2015), which needs no knowledge of the best value and does not mind that points and kg are of another size.
"""

from typing import NamedTuple

import numpy as np

from scoring.arrays import Floats, Ints
from scoring.auction import compiled

_MEAN, _SQUARE = 0.9, 0.99  # how long steps remember slopes and their squares


class Offers(NamedTuple):
    """Who may go where, and what there is.

    Attributes
    ----------
    start, column, gain, load
        Pairs of delivery i are ``start[i]`` to ``start[i + 1]``: transporter, points, room it takes.
    slot_start, slot_gain
        Slots of transporter j are ``slot_start[j]`` to ``slot_start[j + 1]``; gains never rise within one.
    capacity
        (M,) room.
    """

    start: Ints
    column: Ints
    gain: Floats
    load: Floats
    slot_start: Ints
    slot_gain: Floats
    capacity: Floats


@compiled
def promised(offers: Offers, toll: Floats, rate: Floats, spare: Floats, spare_slots: Floats) -> float:
    """The bound that tolls give over these pairs, and what is left of room and slots then (below 0: what lacks)."""
    value, capacity = 0.0, offers.capacity
    for j in range(capacity.size):
        value += rate[j] * capacity[j]
        spare[j], spare_slots[j] = capacity[j], 0.0
        for slot in range(offers.slot_start[j], offers.slot_start[j + 1]):
            if offers.slot_gain[slot] + toll[j] <= 0.0:
                break
            value += offers.slot_gain[slot] + toll[j]
            spare_slots[j] += 1.0
    for i in range(offers.start.size - 1):
        best, most = -1, 0.0
        for e in range(offers.start[i], offers.start[i + 1]):
            j = offers.column[e]
            net = offers.gain[e] - toll[j] - rate[j] * offers.load[e]
            if net > most:
                best, most = e, net
        if best >= 0:
            value += most
            spare[offers.column[best]] -= offers.load[best]
            spare_slots[offers.column[best]] -= 1.0
    return value


@compiled
def cheapen(
    offers: Offers,
    toll: Floats,
    rate: Floats,
    steps: Floats,
    lengths: Floats,
    memory: Floats,
    best: Floats,
) -> float:
    """Steps of the given lengths (points, and points a kg) towards tolls of a lower bound.

    Parameters
    ----------
    offers
        The pairs to look at.
    toll, rate
        (M,) where the steps are; `rate` stays at least 0.
    steps
        (S,) factors on the lengths, falling.
    lengths
        (2,) of tolls and rates.
    memory
        (4, M) means of slopes and of their squares, tolls first; brought up to date.
    best
        (2, M) tolls and rates of the lowest bound, filled in.

    Returns
    -------
    float
        The lowest bound of these steps.
    """
    m, lowest = toll.size, np.inf
    spare, spare_slots = np.empty(m), np.empty(m)
    for step in steps:
        value = promised(offers, toll, rate, spare, spare_slots)
        if value < lowest:
            lowest = value
            best[0], best[1] = toll, rate
        for j in range(m):
            memory[0, j] = _MEAN * memory[0, j] + (1.0 - _MEAN) * spare_slots[j]
            memory[1, j] = _SQUARE * memory[1, j] + (1.0 - _SQUARE) * spare_slots[j] ** 2
            memory[2, j] = _MEAN * memory[2, j] + (1.0 - _MEAN) * spare[j]
            memory[3, j] = _SQUARE * memory[3, j] + (1.0 - _SQUARE) * spare[j] ** 2
            toll[j] -= step * lengths[0] * memory[0, j] / (np.sqrt(memory[1, j]) + 1e-12)
            rate[j] = max(rate[j] - step * lengths[1] * memory[2, j] / (np.sqrt(memory[3, j]) + 1e-12), 0.0)
    return lowest
