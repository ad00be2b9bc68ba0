"""A report as one picture: SVG, written by hand so that the command needs no library for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from api.simulation.days.day import Day
from api.simulation.days.figures import CDF_MINUTES, DayFigures

WIDTH, MARGIN, GAP = 960, 28, 26
COLUMNS = 3
CURVE_HEIGHT = 250
HEAD = 64
BAR, BAR_GAP = 15, 7
LABELS = 84
# Told apart also by those who see colours otherwise, and named beside each mark (palette of Okabe and Ito).
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
INK, FAINT = "#1b2430", "#8a94a3"
FONT = "font-family='system-ui, sans-serif'"


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure as bars; ``form`` writes a value."""

    title: str
    of: Callable[[DayFigures], float | None]
    form: str


def percent(share: float | None) -> float | None:
    """Of a hundred."""
    return None if share is None else 100 * share


PANELS: Sequence[Panel] = (
    Panel("late or never, % of orders", lambda one: 100 * one.late_share, "{:.1f}"),
    Panel("waiting for a courier, median min", lambda one: one.waiting_median_min, "{:.1f}"),
    Panel("waiting for a courier, p90 min", lambda one: one.waiting_p90_min, "{:.1f}"),
    Panel("assigned, % of orders", lambda one: 100 * one.assigned / one.orders, "{:.1f}"),
    Panel("km to a pickup, mean", lambda one: one.to_pickup_mean_km, "{:.2f}"),
    Panel("km in all", lambda one: one.total_km, "{:,.0f}"),
    Panel(
        "utilisation, % of time on duty",
        lambda one: percent(one.utilisation),
        "{:.1f}",
    ),
    Panel("Gini of parcels an hour", lambda one: one.work_gini, "{:.3f}"),
    Panel("churn, of 100 assigned", lambda one: one.churn, "{:.1f}"),
    Panel("mean score, 0 to 100", lambda one: one.score, "{:.1f}"),
    Panel("to the door, median min", lambda one: one.at_door_median_min, "{:.1f}"),
    Panel("offers accepted, %", lambda one: percent(one.acceptance), "{:.0f}"),
)


def draw_charts(day: Day, seed: int, found: Sequence[DayFigures]) -> str:
    """The whole picture."""
    panel_height = 30 + len(found) * (BAR + BAR_GAP)
    rows = -(-len(PANELS) // COLUMNS)
    height = HEAD + rows * (panel_height + GAP) + CURVE_HEIGHT + 2 * MARGIN
    title = f"{day.title}, seed {seed}"
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' role='img'>",
        f"<title>{escape(title)}</title>",
        f"<rect width='{WIDTH}' height='{height}' fill='white'/>",
        _text(MARGIN, MARGIN + 12, title, size=17, weight=600),
    ]
    width = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
    for at, panel in enumerate(PANELS):
        x = MARGIN + at % COLUMNS * (width + GAP)
        y = HEAD + at // COLUMNS * (panel_height + GAP)
        parts += _bars(panel, found, x, y, width)
    parts += _curves(day, found, HEAD + rows * (panel_height + GAP))
    return "\n".join([*parts, "</svg>\n"])


def _bars(panel: Panel, found: Sequence[DayFigures], x: float, y: float, width: float) -> list[str]:
    parts = [_text(x, y + 12, panel.title, size=12.5, weight=600)]
    values = [panel.of(one) for one in found]
    longest = max((value for value in values if value is not None), default=0.0)
    room = width - LABELS - 50
    for at, (one, value) in enumerate(zip(found, values, strict=True)):
        top = y + 24 + at * (BAR + BAR_GAP)
        parts.append(_text(x + LABELS - 6, top + BAR - 3.5, one.policy, size=11, anchor="end"))
        if value is None:
            parts.append(_text(x + LABELS, top + BAR - 3.5, "—", size=11, colour=FAINT))
            continue
        long = room * value / longest if longest else 0.0
        parts.append(
            f"<rect x='{x + LABELS:.1f}' y='{top:.1f}' width='{max(long, 1):.1f}' height='{BAR}' rx='2' "
            f"fill='{COLOURS[at % len(COLOURS)]}'/>"
        )
        parts.append(_text(x + LABELS + max(long, 1) + 5, top + BAR - 3.5, panel.form.format(value), size=11))
    return parts


def _curves(day: Day, found: Sequence[DayFigures], y: float) -> list[str]:
    """How many orders were at the door within how many minutes."""
    left, right = MARGIN + 36.0, WIDTH - MARGIN - 120.0
    top, bottom = y + 26, y + CURVE_HEIGHT - 34
    across, down = (right - left) / CDF_MINUTES[-1], bottom - top
    parts = [_text(MARGIN, y + 12, "at the door within so many minutes, % of orders", size=12.5, weight=600)]
    for share in (0, 25, 50, 75, 100):
        height = bottom - down * share / 100
        parts.append(f"<path d='M{left:.1f} {height:.1f}H{right:.1f}' stroke='#e4e8ee'/>")
        parts.append(_text(left - 6, height + 4, str(share), size=11, anchor="end", colour=FAINT))
    parts += [
        _text(left + across * minute, bottom + 16, str(minute), size=11, anchor="middle", colour=FAINT)
        for minute in range(0, CDF_MINUTES[-1] + 1, 30)
    ]
    if day.target_min <= CDF_MINUTES[-1]:
        target = left + across * day.target_min
        parts.append(f"<path d='M{target:.1f} {top:.1f}V{bottom:.1f}' stroke='{FAINT}' stroke-dasharray='4 3'/>")
        parts.append(_text(target + 5, bottom - 8, f"target, {day.target_min:g} min", size=11, colour=FAINT))
    for at, one in enumerate(found):
        points = " ".join(
            f"{left + across * minute:.1f},{bottom - down * share:.1f}"
            for minute, share in zip(CDF_MINUTES, one.door_curve, strict=True)
        )
        colour = COLOURS[at % len(COLOURS)]
        parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>")
        label = top + 10 + at * 18
        parts.append(f"<path d='M{right + 14:.1f} {label - 4:.1f}h18' stroke='{colour}' stroke-width='3'/>")
        parts.append(_text(right + 38, label, one.policy, size=11))
    return parts


def _text(
    x: float, y: float, text: str, *, size: float, anchor: str = "start", weight: int = 400, colour: str = INK
) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' {FONT} font-size='{size:g}' font-weight='{weight}' fill='{colour}' "
        f"text-anchor='{anchor}'>{escape(text)}</text>"
    )
