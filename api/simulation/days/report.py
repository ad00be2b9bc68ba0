"""What simulated days came to, side by side: for people a table, for machines JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from api.simulation.days.clock import DayClock
from api.simulation.days.day import Day
from api.simulation.days.drawing import described
from api.simulation.days.figures import DayFigures
from api.simulation.days.policies import POLICIES
from api.simulation.days.run import PING_EVERY_S

ROWS: Sequence[tuple[str, str, str]] = (
    ("orders", "orders", "{:,}"),
    ("assigned", "assigned", "{:,}"),
    ("delivered", "delivered", "{:,}"),
    ("late or never", "late", "{:,}"),
    ("  of all", "late_share", "{:.1%}"),
    ("waiting, median min", "waiting_median_min", "{:.1f}"),
    ("waiting, p90 min", "waiting_p90_min", "{:.1f}"),
    ("to the door, median min", "at_door_median_min", "{:.1f}"),
    ("to the door, p90 min", "at_door_p90_min", "{:.1f}"),
    ("km to pickups", "to_pickups_km", "{:,.0f}"),
    ("km in all", "total_km", "{:,.0f}"),
    ("waited at restaurants, min", "waited_at_restaurants_min", "{:,.0f}"),
    ("utilisation", "utilisation", "{:.1%}"),
    ("Gini of work", "work_gini", "{:.3f}"),
    ("churn, of 100", "churn", "{:.1f}"),
    ("  moved, not accepted", "moved_free", "{:,}"),
    ("  moved, accepted", "moved_accepted", "{:,}"),
    ("mean score", "score", "{:.2f}"),
    ("sum of scores", "score_sum", "{:,.0f}"),
    ("offers accepted", "acceptance", "{:.1%}"),
    ("real seconds", "real_s", "{:,.0f}"),
)


def report(day: Day, seed: int, acceptance: float, found: Sequence[DayFigures]) -> dict[str, Any]:
    """Everything as JSON has it."""
    says = {policy.name: policy.says for policy in POLICIES}
    return {
        "day": {
            "instance": day.instance,
            "schedule": day.schedule,
            "orders": len(day.orders),
            "couriers": len(day.couriers),
            "metres_a_minute": day.metres_a_minute,
            "pickup_min": day.pickup_min,
            "dropoff_min": day.dropoff_min,
            "target_min": day.target_min,
        },
        "seed": seed,
        "drawn": described(acceptance),
        "time": {
            "clock": "stands still while anybody works, then jumps to what comes next",
            "ping_every_s": PING_EVERY_S,
            "by_the_day": DayClock.GOVERNS,
            "by_the_machine": DayClock.LEAVES,
        },
        "policies": {one.policy: {"is": says[one.policy], **one.as_json()} for one in found},
        "complete": all(one.unheard == 0 for one in found),
    }


def print_report(console: Console, day: Day, seed: int, acceptance: float, found: Sequence[DayFigures]) -> None:
    """The table, and under it what was drawn."""
    title = f"{day.title}, seed {seed}"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    for one in found:
        table.add_column(one.policy, justify="right", no_wrap=True)
    for label, name, form in ROWS:
        values = [getattr(one, name) for one in found]
        if any(value is not None for value in values):
            table.add_row(label, *("—" if value is None else form.format(value) for value in values))
    console.print(table)
    console.print(
        f"Drawn by the seed: weights, vehicles, ratings; {acceptance:.0%} of those asked take an offer.",
        highlight=False,
    )
    for one in found:
        if one.unheard:
            console.print(f"{one.policy}: {one.unheard:,} assignments were not heard of by a phone.", style="yellow")
