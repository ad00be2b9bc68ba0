"""Assignment by auction, in compiled code: deliveries bid for slots until everybody has almost the best.

Bertsekas' auction with scaling, forward and reverse (Bertsekas and Castañon 1992). With a step `eps`:

1. Whoever has less than the best offer, by more than `eps`, gives up what it has (`settle`).
2. Deliveries without a slot bid: the toll of the best transporter rises until it is no better than the
   second best, and `eps` more. The lowest bidder of a full transporter is out and bids again (`bid`).
3. Transporters with a slot left that charge more than it costs them lower their toll until somebody comes
   (`concede`).

What results is within `eps` a delivery of the optimum, over *all* pairs that the sides can find. A next run
with a smaller step begins from these tolls, and little changes hands. Prices from elsewhere do as well.

A pair's value to a searcher is what both sides bring less the other side's price, less `slope` for every
metre, less what the capacity term falls short of 100. All compiled code stands in this one long file, and the tuples
that it takes as well: numba keeps what it compiled until the file changes, and does not look at other files. It
reads in three parts: what there is (`Side` to `Books`), searches (`pair_value` to `best_two`), the auction.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from scoring.arrays import Bools, Floats, Ints
from scoring.geometry import EARTH_RADIUS_M

# Columns of `Side.points`; coordinates come first, three of them.
PLACED, LIMIT, BASE, RATE, VALUE = 3, 4, 5, 6, 7
# Rows of each of `Side.leaves`; coordinates and whether they count come first, as above.
LOAD, WORTH, TOLL = 4, 5, 6
# Rows of each of `Side.nodes`; low and high corners come first, three each.
HIGH, REACH, BEST = 3, 6, 7

WIDTH = 16  # members of a leaf at most: few enough to be looked at in one go of the processor's wide registers
FANOUT = 4  # children of a node, for the same reason
_DEEP = 128  # nodes that wait at once: three a level, and no tree has 40 levels
_MARGIN = 1e-12  # share of a value; far above rounding
LIGHTEST = 1e-150  # kg, in place of none
_KNOWN = 6  # best transporters that a delivery remembers
_PAYS = 0.25  # share of the times that memory must serve, else it is not kept: two are found sooner than six
_TRIALS = 50  # times before that is judged
_FLAT_M2 = 1e10  # squared chords up to it (100 km) differ from arcs by a term of third order
_ROUNDING = 1.001  # share of a step: what differs by rounding alone keeps its slot


_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function, inline: Literal["never", "always"] = "never") -> _Function:
    """Compile a function when it is first called, and keep the result beside this file or in the user's cache."""
    try:
        fast = njit(function, cache=True, nogil=True, inline=inline)
    except RuntimeError:  # there is no place to keep it
        fast = njit(function, nogil=True, inline=inline)
    return cast("_Function", fast)


def inlined(function: _Function) -> _Function:
    """Compile into whatever calls it: searches are four times faster for it."""
    return compiled(function, inline="always")


class Side(NamedTuple):
    """Members of one side, P of them, and how to look for the best. Either the tree or the lists are empty.

    Attributes
    ----------
    points
        (P, 8) place in metres, 1 where the place counts, kg (weight or free capacity), value before the
        price, points a kg to pay, value now.
    leaves
        (L, 8, 16) the same of each leaf's members, one property after the other; in place of the kg what a
        searcher's share is multiplied by (`share`). Places that nobody has are worth -inf.
    nodes
        (T, 8, 4) of each node's children: boxes, the most favourable load and the highest value. Node t has
        children 4t + 1 to 4t + 4; the first T have children of their own, the leaves come next.
    cuts
        (L + 1,) where the points of each leaf begin.
    leaf
        (P,) each point's leaf.
    start, member, gain
        Lists: searcher s knows the pairs ``start[s]`` to ``start[s + 1]``.
    price
        (P,) what each member charges.
    """

    points: Floats
    leaves: Floats
    nodes: Floats
    cuts: Ints
    leaf: Ints
    start: Ints
    member: Ints
    gain: Floats
    price: Floats


class Known(NamedTuple):
    """What each delivery remembers of its last search; it stays true as long as tolls only rise.

    Attributes
    ----------
    member
        (N, k) the best transporters then, best first, -1 for none.
    gain
        (N, k) what each is worth before its toll.
    floor
        (N,) nobody else is worth more; infinite where nothing is known.
    use
        (2,) how often memory was asked, and how often it served.
    """

    member: Ints
    gain: Floats
    floor: Floats
    use: Ints


class Rates(NamedTuple):
    """What the distance and the capacity of a pair cost.

    Attributes
    ----------
    slope
        Points a metre.
    radius_m
        Metres beyond which there is no pair.
    capacity
        Points between the best and the worst capacity term.
    lightest
        Kg that a member's points a kg are paid for in its value already.
    """

    slope: float
    radius_m: float
    capacity: float
    lightest: float


class Books(NamedTuple):
    """Who holds what.

    Attributes
    ----------
    slot_start, slot_gain
        Slots of transporter j are ``slot_start[j]`` to ``slot_start[j + 1]``; gains never rise within one.
    used
        (M,) slots taken; they are the first ones.
    holder, level
        (K,) delivery in each slot and the toll it bid. The level of the first free slot is what the
        transporter asks for it, if more than it costs.
    held, gain
        (N,) transporter of each delivery, -1 for none, and what the pair gains before the toll.
    calm
        (N,) deliveries that need not be asked whether they have a better offer when next all are.
    """

    slot_start: Ints
    slot_gain: Floats
    used: Ints
    holder: Ints
    level: Floats
    held: Ints
    gain: Floats
    calm: Bools


@inlined
def arc_m(squared_chord: float) -> float:
    """Great-circle metres of points that are so far apart (squared metres)."""
    chord: float = np.sqrt(squared_chord)
    if squared_chord < _FLAT_M2:
        return chord * (1.0 + squared_chord / (24.0 * EARTH_RADIUS_M**2))
    angle: float = 2.0 * np.arcsin(min(chord / (2.0 * EARTH_RADIUS_M), 1.0))
    return EARTH_RADIUS_M * angle


@inlined
def shortfall(weight_kg: float, free_kg: float, capacity: float) -> float:
    """Points that a pair loses for taking more than half of the room; infinite where it does not fit."""
    if weight_kg > free_kg:
        return np.inf
    over = 2.0 * weight_kg - free_kg
    return capacity * over / free_kg if over > 0.0 else 0.0


@inlined
def pair_value(points: Floats, q: int, mine: Floats, by_row: bool, rates: Rates, floor: float) -> float:
    """Value of the pair of a searcher and member `q`, or something at most `floor`."""
    value: float = mine[BASE] + points[q, VALUE]
    if by_row:
        value -= shortfall(mine[LIMIT], points[q, LIMIT], rates.capacity)
        value -= points[q, RATE] * (mine[LIMIT] - rates.lightest)
    else:
        value -= shortfall(points[q, LIMIT], mine[LIMIT], rates.capacity)
    if value <= floor or mine[PLACED] * points[q, PLACED] == 0.0:
        return value
    dx, dy, dz = points[q, 0] - mine[0], points[q, 1] - mine[1], points[q, 2] - mine[2]
    distance: float = arc_m(dx * dx + dy * dy + dz * dz)
    value -= rates.slope * distance
    return value if distance <= rates.radius_m else -np.inf


@inlined
def share(mine: Floats, by_row: bool) -> float:
    """What a load is multiplied by to be 1 where it takes half of the room, 2 where it takes all."""
    kg: float = mine[LIMIT]
    return 2.0 * kg if by_row else 2.0 / max(kg, LIGHTEST)


@inlined
def ceilings(leaf: Floats, mine: Floats, by_row: bool, rates: Rates, out: Floats) -> None:
    """No member of a leaf is worth more to the searcher than `out` (16,) says, and few are worth less.

    Chords stand in for arcs, and everything is computed for everybody: without a branch it is done for four
    or eight at a time.
    """
    part, slope, base = share(mine, by_row), rates.slope * mine[PLACED], mine[BASE] + _MARGIN * (1.0 + abs(mine[BASE]))
    paid = mine[LIMIT] - rates.lightest if by_row else 0.0
    for k in range(WIDTH):
        dx, dy, dz = leaf[0, k] - mine[0], leaf[1, k] - mine[1], leaf[2, k] - mine[2]
        far = slope * leaf[PLACED, k] * np.sqrt(dx * dx + dy * dy + dz * dz)
        over = max(part * leaf[LOAD, k] - 1.0, 0.0)
        out[k] = base + leaf[WORTH, k] - rates.capacity * over - paid * leaf[TOLL, k] - far


@inlined
def promises(node: Floats, mine: Floats, by_row: bool, rates: Rates, out: Floats) -> None:
    """No member below a child of the node is worth more to the searcher than `out` (4,) says."""
    part, slope, base = share(mine, by_row), rates.slope * mine[PLACED], mine[BASE] + _MARGIN * (1.0 + abs(mine[BASE]))
    radius_m = rates.radius_m if mine[PLACED] > 0.0 else np.inf
    for k in range(FANOUT):
        dx = max(node[0, k] - mine[0], mine[0] - node[HIGH, k], 0.0)
        dy = max(node[1, k] - mine[1], mine[1] - node[HIGH + 1, k], 0.0)
        dz = max(node[2, k] - mine[2], mine[2] - node[HIGH + 2, k], 0.0)
        distance = np.sqrt(dx * dx + dy * dy + dz * dz)  # a chord is never longer than the arc
        over = max(part * node[REACH, k] - 1.0, 0.0)
        value = base + node[BEST, k] - rates.capacity * over - slope * distance
        out[k] = value if distance <= radius_m and over <= 1.0 + _MARGIN else -np.inf


@inlined
def keep(q: int, value: float, best: Ints, values: Floats) -> None:
    """Put a member among the best ones, highest value first; the lowest falls out."""
    at = values.size - 1
    while at > 0 and values[at - 1] < value:
        values[at], best[at] = values[at - 1], best[at - 1]
        at -= 1
    values[at], best[at] = value, q


@compiled
def walk(
    side: Side, mine: Floats, by_row: bool, own: int, held: Ints, rates: Rates, best: Ints, values: Floats
) -> None:
    """Best members of a tree for a searcher, into `best` and `values`.

    Parameters
    ----------
    side, mine, rates
        The tree, the searcher's row of the other side's points, and what pairs cost.
    by_row, own, held
        Whether a delivery searches; a transporter (number `own`) leaves out deliveries that it holds.
    best, values
        (k,) -1 and the floor that a value must beat on entry; members and values on return.
    """
    nodes, cuts, last = side.nodes, side.cuts, values.size - 1
    stack, bounds, seen = np.empty(_DEEP, np.int64), np.empty(_DEEP), np.empty(WIDTH)
    stack[0], bounds[0], size = 0, np.inf, 1
    while size > 0:
        size -= 1
        t = stack[size]
        if bounds[size] <= values[last]:
            continue
        at = t - len(nodes)
        if at >= 0:
            ceilings(side.leaves[at], mine, by_row, rates, seen)
            for k in range(cuts[at + 1] - cuts[at]):
                if seen[k] > values[last]:
                    q = cuts[at] + k
                    value = pair_value(side.points, q, mine, by_row, rates, values[last])
                    if value > values[last] and (by_row or held[q] != own):
                        keep(q, value, best, values)
            continue
        promises(nodes[t], mine, by_row, rates, seen)
        bottom = size
        for k in range(FANOUT):
            if seen[k] > values[last]:
                to = size  # the best one goes on top of the stack: sooner found, more skipped
                while to > bottom and bounds[to - 1] > seen[k]:
                    stack[to], bounds[to] = stack[to - 1], bounds[to - 1]
                    to -= 1
                stack[to], bounds[to] = FANOUT * t + 1 + k, seen[k]
                size += 1


@compiled
def scan(side: Side, by_row: bool, own: int, held: Ints, best: Ints, values: Floats) -> None:
    """`walk` where the members are listed."""
    last = values.size - 1
    for e in range(side.start[own], side.start[own + 1]):
        q = side.member[e]
        value = side.gain[e] - side.price[q]
        if value > values[last] and (by_row or held[q] != own):
            keep(q, value, best, values)


@compiled
def set_price(side: Side, q: int, price: float) -> None:
    """Change what a member charges, and what the nodes above it promise."""
    side.price[q] = price
    if not side.leaf.size:
        return
    at = side.leaf[q]
    side.points[q, VALUE] = side.points[q, BASE] - price
    side.leaves[at, WORTH, q - side.cuts[at]] = side.points[q, VALUE]
    best = highest(side.leaves[at, WORTH])
    t = at + len(side.nodes)
    while t > 0:
        t, child = (t - 1) // FANOUT, (t - 1) % FANOUT
        if side.nodes[t, BEST, child] == best:
            return
        side.nodes[t, BEST, child] = best
        best = highest(side.nodes[t, BEST])


@inlined
def highest(values: Floats) -> float:
    """The largest of some."""
    best = -np.inf
    for k in range(values.size):
        best = max(best, values[k])
    return best


@compiled
def promise(side: Side) -> None:
    """Bring all values and all nodes up to date with the prices."""
    if not side.leaf.size:
        return
    side.points[:, VALUE] = side.points[:, BASE] - side.price
    for q in range(len(side.points)):
        at = side.leaf[q]
        side.leaves[at, WORTH, q - side.cuts[at]] = side.points[q, VALUE]
    side.nodes[:, BEST] = -np.inf
    for t in range(len(side.nodes) + len(side.leaves) - 1, 0, -1):
        at = t - len(side.nodes)
        best = highest(side.leaves[at, WORTH]) if at >= 0 else highest(side.nodes[t, BEST])
        side.nodes[(t - 1) // FANOUT, BEST, (t - 1) % FANOUT] = best


@compiled
def best_of_rows(side: Side, searchers: Floats, floor: Floats, rates: Rates, best: Ints, values: Floats) -> None:
    """The best members for many deliveries.

    Parameters
    ----------
    side, rates
        The transporters and what pairs cost.
    searchers, floor
        (R, 8) rows of the deliveries' points and (R,) values to beat.
    best, values
        (R, k) filled in: members, -1 where fewer beat the floor, and their values.
    """
    nobody = np.zeros(0, np.int64)
    for r in range(len(searchers)):
        best[r] = -1
        values[r] = floor[r]
        walk(side, searchers[r], True, -1, nobody, rates, best[r], values[r])


@compiled
def find(side: Side, other: Side, by_row: bool, own: int, held: Ints, rates: Rates, best: Ints, values: Floats) -> None:
    """Best partners on `side` of number `own` on the other side, however they are kept."""
    if side.start.size:
        scan(side, by_row, own, held, best, values)
    else:
        walk(side, other.points[own], by_row, own, held, rates, best, values)


@compiled
def nothing_known(n: int) -> Known:
    """A memory to begin with."""
    return Known(
        np.empty((n, _KNOWN), np.int64),
        np.empty((n, _KNOWN)),
        np.full(n, np.inf),
        np.zeros(2, np.int64),
    )


@compiled
def recall(known: Known, i: int, prices: Floats, values: Floats) -> int:
    """The best transporter from memory, and what the best two are worth, into `values`; -1 if others may be better."""
    best, values[0], values[1] = -1, -np.inf, known.floor[i]
    for k in range(_KNOWN):
        j = known.member[i, k]
        if j < 0:
            break
        value = known.gain[i, k] - prices[j]
        if value > values[0]:
            best, values[0], values[1] = j, value, max(values[0], values[1])
        else:
            values[1] = max(values[1], value)
    return best if values[0] > known.floor[i] else -1


@compiled
def best_two(side: Side, other: Side, i: int, held: Ints, rates: Rates, known: Known, values: Floats) -> int:
    """The best transporter for a delivery, -1 for nobody, and what the best two are worth, 0 or more.

    From memory, the second may count for a little more than it is worth; prices then rise by less than they could.
    """
    keeps, heard = _PAYS * known.use[0] <= known.use[1] + _TRIALS, known.floor[i] < np.inf
    if keeps and heard:
        j = recall(known, i, side.price, values)
        known.use[0] += 1
        known.use[1] += j >= 0
        if j >= 0:
            return j
    count = _KNOWN if keeps else 2
    member, gain = known.member[i], known.gain[i]
    least = 0.0
    if heard and member[count - 1] >= 0:  # those who were best are still worth something: no need to look below it
        least = np.inf
        for k in range(count):
            least = min(least, gain[k] - side.price[member[k]])
        least = max(least - _MARGIN * (1.0 + abs(least)), 0.0)
    member[:], gain[:] = -1, least
    find(side, other, True, i, held, rates, member[:count], gain[:count])
    known.floor[i], values[0], values[1] = gain[count - 1], gain[0], gain[1]
    for k in range(count):
        if member[k] >= 0:
            gain[k] += side.price[member[k]]
    return int(member[0])


@inlined
def cost(books: Books, j: int) -> float:
    """The toll at which the next slot costs its transporter nothing; infinite where there is none."""
    at = books.slot_start[j] + books.used[j]
    return -books.slot_gain[at] if at < books.slot_start[j + 1] else np.inf


@compiled
def toll(books: Books, j: int) -> float:
    """The least that entering costs: a free slot, or the lowest bid."""
    first, end = books.slot_start[j], books.slot_start[j] + books.used[j]
    least = np.inf
    for k in range(first, end):
        least = min(least, books.level[k])
    if end < books.slot_start[j + 1]:
        least = min(least, max(books.level[end], -books.slot_gain[end]))
    return least


@compiled
def settle(rows: Side, columns: Side, books: Books, rates: Rates, eps: float, queue: Ints) -> int:
    """Take slots from deliveries that have a better offer; answers how many wait in `queue` then."""
    m = books.used.size
    books.used[:] = 0
    for i in range(books.held.size):
        if books.held[i] >= 0:
            books.used[books.held[i]] += 1
    for j in range(m):
        last = books.slot_start[j] + max(books.used[j] - 1, 0)
        least = -books.slot_gain[last] if last < books.slot_start[j + 1] else np.inf
        columns.price[j] = max(columns.price[j], least)
    promise(columns)
    books.used[:] = 0
    best, values, waiting = np.empty(1, np.int64), np.empty(1), 0
    for i in range(books.held.size):
        j = books.held[i]
        has = books.gain[i] - columns.price[j] if j >= 0 else 0.0
        best[0], values[0] = -1, max(has, 0.0) + _ROUNDING * eps
        if not books.calm[i]:
            find(columns, rows, True, i, books.held, rates, best, values)
        if best[0] >= 0:
            queue[waiting] = i
            waiting += 1
        if best[0] >= 0 or has < -_ROUNDING * eps:
            books.held[i] = -1
        elif j >= 0:
            books.holder[books.slot_start[j] + books.used[j]] = i
            books.used[j] += 1
    for j in range(m):
        books.level[books.slot_start[j] : books.slot_start[j + 1]] = columns.price[j]
    books.calm[:] = False
    return waiting


@compiled
def enter(books: Books, j: int, i: int, level: float, price: float) -> int:
    """Give delivery `i` the cheapest slot of transporter `j`; answers who is out for it, -1 for nobody."""
    first, end = books.slot_start[j], books.slot_start[j] + books.used[j]
    slot, out = end, -1
    if end < books.slot_start[j + 1] and max(books.level[end], -books.slot_gain[end]) <= price:
        books.used[j] += 1
        if end + 1 < books.slot_start[j + 1]:
            books.level[end + 1] = books.level[end]
    else:
        slot = first + np.argmin(books.level[first:end])
        out = books.holder[slot]
        books.held[out] = -1
    books.holder[slot], books.level[slot], books.held[i] = i, level, j
    return out


@compiled
def bid(rows: Side, columns: Side, books: Books, rates: Rates, eps: float, queue: Ints, waiting: int) -> None:
    """Let the deliveries in `queue`, and those they put out, bid in turn until nobody wants to."""
    known, values, head = nothing_known(books.held.size), np.empty(2), 0
    while waiting > 0:
        i = queue[head]
        head = (head + 1) % queue.size
        waiting -= 1
        j = best_two(columns, rows, i, books.held, rates, known, values)
        if j < 0:
            continue
        books.gain[i] = values[0] + columns.price[j]
        out = enter(books, j, i, books.gain[i] - values[1] + eps, columns.price[j])
        set_price(columns, j, toll(books, j))
        if out >= 0:
            queue[(head + waiting) % queue.size] = out
            waiting += 1


@compiled
def leave(books: Books, j: int, i: int) -> None:
    """Free the slot of transporter `j` that delivery `i` holds."""
    slot = books.slot_start[j]
    while books.holder[slot] != i:
        slot += 1
    books.used[j] -= 1
    books.holder[slot] = books.holder[books.slot_start[j] + books.used[j]]


@compiled
def concede(rows: Side, columns: Side, books: Books, rates: Rates, eps: float, queue: Ints) -> None:
    """Lower tolls of transporters with free slots until a delivery comes or the slot costs what it must."""
    for i in range(books.held.size):
        rows.price[i] = books.gain[i] - columns.price[books.held[i]] if books.held[i] >= 0 else 0.0
    promise(rows)
    waiting, head = 0, 0
    for j in range(books.used.size):
        if columns.price[j] > cost(books, j):
            queue[waiting] = j
            waiting += 1
    best, values = np.empty(2, np.int64), np.empty(2)
    while waiting > 0:
        j = queue[head]
        while columns.price[j] > cost(books, j):
            least = cost(books, j)
            best[:], values[:] = -1, least
            find(rows, columns, False, j, books.held, rates, best, values)
            i = best[0] if values[0] > least + eps else -1
            columns.price[j] = min(columns.price[j], max(least, values[1] - eps)) if i >= 0 else least
            for slot in range(books.slot_start[j], books.slot_start[j] + books.used[j]):
                set_price(rows, books.holder[slot], books.gain[books.holder[slot]] - columns.price[j])
            if i < 0:
                break
            gain, old = values[0] + rows.price[i], books.held[i]
            if old >= 0:
                idle = columns.price[old] <= cost(books, old)  # else it waits already
                leave(books, old, i)
                if idle and columns.price[old] > cost(books, old):
                    queue[(head + waiting) % queue.size] = old
                    waiting += 1
            books.holder[books.slot_start[j] + books.used[j]] = i
            books.held[i], books.gain[i] = j, gain
            books.used[j] += 1
            set_price(rows, i, gain - columns.price[j])
        head = (head + 1) % queue.size
        waiting -= 1


@compiled
def lift(rows: Side, columns: Side, books: Books, rates: Rates) -> None:
    """Raise tolls until no delivery gains more anywhere than its own price (its surplus), as set in `rows`."""
    promise(rows)
    best, values = np.empty(1, np.int64), np.empty(1)
    for j in range(books.used.size):
        best[0], values[0] = -1, columns.price[j]
        find(rows, columns, False, j, books.held, rates, best, values)
        columns.price[j] = values[0]


@compiled
def run(rows: Side, columns: Side, books: Books, rates: Rates, eps: float, queue: Ints) -> None:
    """Settle, bid and concede once; see the module."""
    waiting = settle(rows, columns, books, rates, eps, queue)
    bid(rows, columns, books, rates, eps, queue, waiting)
    concede(rows, columns, books, rates, eps, queue)
