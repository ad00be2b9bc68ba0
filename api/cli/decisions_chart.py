"""A comparison of decisions as an SVG, drawn here: nothing that draws is needed at run time.

Four panels share the days: km to the pickups, score, deliveries late, and how many deliveries each transporter had.
"""

from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 640
PANEL_W, PANEL_H = 400, 210
LEFT, TOP, GAP_X, GAP_Y = 60, 80, 60, 70
DECIDED, TRIED, GREY = "#8d99ae", "#2a6f97", "#6b7280"
STYLE = "font-family:system-ui,sans-serif;font-size:12px;fill:#1f2937"


def chart_of(report: dict[str, Any]) -> str:
    """The report of ``replay-decisions`` as a picture."""
    days = report["days"]
    panels = (
        ("km to the pickups", _of_days(days, lambda day: day["distance_km"])),
        ("mean score by the tried weights", _of_days(days, _mean_score)),
        ("deliveries late", _of_days(days, lambda day: day["late"])),
        ("transporters by deliveries gained and lost", _moved(report["transporters"])),
    )
    drawn = [_panel(place, title, *lines) for place, (title, lines) in enumerate(panels)]
    labels = (days[0]["day"], days[-1]["day"]) if days else ("", "")
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" style="{STYLE}">',
            f"<title>{escape(_title(report))}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="28" font-size="16">{escape(_title(report))}</text>',
            f'<text x="{LEFT}" y="50" fill="{DECIDED}">as decided</text>',
            f'<text x="{LEFT + 90}" y="50" fill="{TRIED}">as it would be</text>',
            f'<text x="{LEFT + 220}" y="50" fill="{GREY}">{escape(labels[0])} to {escape(labels[1])}</text>',
            *drawn,
            "</svg>",
            "",
        )
    )


def _title(report: dict[str, Any]) -> str:
    weights = report["weights"]
    by = "the present scoring" if weights is None else "weights " + ", ".join(f"{weight:g}" for weight in weights)
    return f"{report['recomputed']:,} decisions made again by {by}"


def _mean_score(day: dict[str, Any]) -> float:
    return float(day["score_by_tried_weights"] / day["given"]) if day["given"] else 0.0


Lines = tuple[Sequence[float], Sequence[float]]


def _of_days(days: Sequence[dict[str, Any]], value: Callable[[dict[str, Any]], float]) -> Lines:
    return [value(day["before"]) for day in days], [value(day["after"]) for day in days]


def _moved(transporters: Sequence[dict[str, Any]]) -> Lines:
    """Losses beside gains, of those who moved most."""
    return [one["lost"] for one in transporters], [one["gained"] for one in transporters]


def _panel(place: int, title: str, before: Sequence[float], after: Sequence[float]) -> str:
    x = LEFT + place % 2 * (PANEL_W + GAP_X)
    y = TOP + place // 2 * (PANEL_H + GAP_Y)
    most = max([*before, *after, 0.0]) or 1.0
    parts = [
        f'<g transform="translate({x} {y})">',
        f'<text x="0" y="-8">{escape(title)}</text>',
        f'<path d="M0 0V{PANEL_H}H{PANEL_W}" fill="none" stroke="{GREY}"/>',
        f'<text x="-6" y="10" text-anchor="end" fill="{GREY}">{most:,.4g}</text>',
        f'<text x="-6" y="{PANEL_H}" text-anchor="end" fill="{GREY}">0</text>',
    ]
    parts += [_line(values, most, colour) for values, colour in ((before, DECIDED), (after, TRIED)) if values]
    return "\n".join([*parts, "</g>"])


def _line(values: Sequence[float], most: float, colour: str) -> str:
    """A line over the panel; a single value is a dot in its middle."""
    step = PANEL_W / max(len(values) - 1, 1)
    first = PANEL_W / 2 if len(values) == 1 else 0.0
    points = [(first + place * step, PANEL_H * (1 - value / most)) for place, value in enumerate(values)]
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
