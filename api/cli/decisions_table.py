"""A comparison of decisions at a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

WHY_NOT = {
    "by_hand": "a person named the transporter",
    "asked": "transporters were asked",
    "unreadable": "what they were made from cannot be read",
}
MOVED_SHOWN = 10
CHANGES_SHOWN = 20
ROWS = (
    ("deliveries given", "given", "{:,}"),
    ("km to the pickups", "distance_km", "{:,.1f}"),
    ("score by the weights of then", "score_by_kept_weights", "{:,.1f}"),
    ("score by the weights that are tried", "score_by_tried_weights", "{:,.1f}"),
    ("wanted at a time", "promised", "{:,}"),
    ("of them late", "late", "{:,}"),
    ("minutes late", "late_minutes", "{:,.0f}"),
)
SPREAD = (
    ("most deliveries of one transporter", "most", "{:,}"),
    ("transporters without any", "without", "{:,}"),
    ("standard deviation", "deviation", "{:,.2f}"),
    ("Gini's coefficient", "gini", "{:.3f}"),
)


def print_comparison(console: Console, report: dict[str, Any]) -> None:
    """What was decided beside what would have been."""
    console.print(_told(report), highlight=False)
    if not report["recomputed"]:
        return
    table = Table("", *("as decided", "as it would be"), highlight=False)
    before, after = report["before"], report["after"]
    for words, name, form in ROWS:
        table.add_row(words, form.format(before[name]), form.format(after[name]))
    for words, name, form in SPREAD:
        table.add_row(words, form.format(before["spread"][name]), form.format(after["spread"][name]))
    console.print(table)
    changed = report["changed"]
    console.print(f"Others would have had {changed['deliveries']:,} deliveries of {changed['decisions']:,} decisions.")
    if report["transporters"]:
        moved = Table("transporter", "would have got", "would have lost", highlight=False)
        for one in report["transporters"][:MOVED_SHOWN]:
            moved.add_row(str(one["transporter_id"]), str(one["gained"]), str(one["lost"]))
        console.print(moved)
    if report["changes"]:
        changes = Table("decision", "made at", "delivery", "went to", "would have gone to", highlight=False)
        for one in report["changes"][:CHANGES_SHOWN]:
            changes.add_row(
                str(one["decision_id"]),
                one["made_at"],
                str(one["delivery_id"]),
                _who(one["before"]),
                _who(one["after"]),
            )
        console.print(changes)


def _told(report: dict[str, Any]) -> str:
    told = [f"{report['recomputed']:,} of {report['decisions']:,} decisions were made again."]
    told += [f"{number:,} were not: {WHY_NOT[why]}." for why, number in report["not_recomputed"].items()]
    if report["outside_zone"]:
        told.append(f"{report['outside_zone']:,} were about other zones.")
    if report["other_engine"]:
        told.append(
            f"{report['other_engine']:,} were made by another version of the scoring; of these "
            f"{report['changed']['of_another_engine']:,} changed, which may come from that."
        )
    if report["unproven"]:
        told.append(f"{report['unproven']:,} plans were not proven to be the best within their time.")
    return " ".join(told)


def _who(number: int | None) -> str:
    return "nobody" if number is None else str(number)
