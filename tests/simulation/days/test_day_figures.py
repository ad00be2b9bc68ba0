"""A day in figures and in a picture."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from api.simulation.days.charts import PANELS, draw_charts
from api.simulation.days.day import Day
from api.simulation.days.figures import DayFigures, figures_of, gini, quantile
from api.simulation.days.parcels import Parcel
from api.simulation.days.policies import POLICIES
from api.simulation.days.reading import read_day
from api.simulation.days.report import ROWS, report
from api.simulation.days.run import Outcome

NO_OFFERS = {"asked": 0, "accept": 0, "decline": 0, "nothing": 0, "too_late": 0}


@pytest.fixture
def day(day_folder: Path) -> Day:
    return read_day(day_folder)


def outcome(scores: dict[str, float], *parcels: Parcel) -> Outcome:
    return Outcome(POLICIES[0], list(parcels), [], scores, NO_OFFERS, {"free": 3, "accepted": 2}, 0, 1, 1, 1.0)


def parcels_of(day: Day) -> list[Parcel]:
    return [Parcel(order, 1.0, 1, number) for number, order in enumerate(day.orders, start=1)]


def test_an_order_that_nobody_brought_is_late_and_one_within_the_target_is_not(day: Day) -> None:
    in_time, too_late, never, *others = parcels_of(day)
    for parcel, minutes in ((in_time, 40), (too_late, 41), *((other, 30) for other in others)):
        parcel.given_to("c1", parcel.placed_s + 120)
        parcel.delivered_s = parcel.placed_s + minutes * 60
    found = figures_of(outcome({"o1": 90.0, "o2": 70.0}, in_time, too_late, never, *others), day)
    assert (found.orders, found.assigned, found.delivered, found.late) == (6, 5, 5, 2)
    assert (found.waiting_median_min, found.at_door_p90_min) == (2.0, 41.0)
    assert (found.moved_free, found.moved_accepted) == (3, 2)
    assert (found.score, found.score_sum, found.scored) == (80.0, 160.0, 2)
    assert found.door_curve[5:10] == [0.0, 0.5, 0.5, 0.6667, 0.8333]


def test_a_parcel_that_was_taken_from_its_courier_counts_as_churn_by_its_reason(day: Day) -> None:
    parcels = parcels_of(day)
    for parcel in parcels[:4]:
        parcel.given_to("c1", parcel.placed_s)
    parcels[0].taken_from("c1", "reassigned")
    assert parcels[0].waits
    parcels[0].given_to("c2", parcels[0].placed_s + 60)
    found = figures_of(outcome({}, *parcels), day)
    assert (found.churn, found.withdrawals) == (25.0, {"reassigned": 1})
    assert found.waiting_median_min == 0.0


def test_a_word_about_a_parcel_that_somebody_else_has_by_now_takes_it_from_nobody(day: Day) -> None:
    parcel = parcels_of(day)[0]
    parcel.given_to("c1", 0.0)
    parcel.given_to("c2", 1.0)
    parcel.taken_from("c1", "reassigned")
    assert parcel.holder == "c2"


def test_work_is_spread_evenly_at_nought_and_all_with_one_near_one() -> None:
    assert gini([3.0, 3.0, 3.0]) == 0.0
    assert gini([0.0] * 99 + [5.0]) == 0.99
    assert gini([1.0, 3.0]) == 0.25
    assert gini([0.0, 0.0]) is None
    assert gini([]) is None


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert quantile([float(number) for number in range(1, 11)], 0.9) == 9.0
    assert quantile([], 0.5) is None


def test_the_picture_is_xml_and_has_each_policy_in_each_panel(day: Day) -> None:
    found = [figures_of(outcome({}, *parcels_of(day)), day)]
    root = ET.fromstring(draw_charts(day, 3, found))  # noqa: S314  # our own
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [panel.title for panel in PANELS if panel.title in words] == [panel.title for panel in PANELS]
    assert words.count("greedy") == len(PANELS) + 1
    assert "seed 3" in (words[0] or "")


def test_the_report_says_what_was_drawn_and_which_clock_counts(day: Day) -> None:
    found = [figures_of(outcome({}, *parcels_of(day)), day)]
    told = report(day, 3, 0.7, found)
    assert told["seed"] == 3
    assert told["drawn"]["acceptance"]["mean"] == 0.7
    assert told["time"]["by_the_machine"]
    assert set(told["policies"]) == {"greedy"}


def test_each_row_of_the_table_is_a_figure() -> None:
    assert {name for _, name, _ in ROWS} <= set(DayFigures.__dataclass_fields__)
