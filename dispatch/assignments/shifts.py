"""Who is within a planned shift: outside of one nothing is given or offered by itself; who plans none always is.

A week of shifts is kept as text, ``weekday:begins-ends`` in minutes of Nepal's day, with blanks between: most
transporters share a few such weeks, so each is read once a minute at most.
"""

from datetime import datetime
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dispatch.keyed_columns import Column
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME

MINUTES_A_DAY = 24 * 60


def within_shifts(weeks: Column, now: datetime) -> npt.NDArray[np.bool_]:
    """Of each week, whether a shift of it is on; an empty one has no shifts and is always on."""
    on = np.ones(weeks.size, dtype=np.bool_)
    planned = np.flatnonzero(weeks != "")
    if planned.size:
        local = now.astimezone(NEPAL_TIME)
        minute = local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute
        on[planned] = [_is_on(week, minute) for week in weeks[planned]]
    return on


@lru_cache(maxsize=20_000)
def _is_on(week: str, minute: int) -> bool:
    """``minute``: of the week, from Monday's first."""
    day, of_day = divmod(minute, MINUTES_A_DAY)
    for shift in week.split(" "):
        weekday, _, times = shift.partition(":")
        begins, _, ends = times.partition("-")
        if int(weekday) == day and int(begins) <= of_day < int(ends):
            return True
    return False
