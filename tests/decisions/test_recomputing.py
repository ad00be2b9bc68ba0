"""Past decisions made again: under their own weights nothing changes, under others what would have, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from dispatch.assignments.recomputing.comparing import Change, Comparing, Comparison
from dispatch.assignments.recomputing.deciding import CannotRecompute, NotRecomputed, decide_again
from dispatch.assignments.recomputing.reading import Portion, Way
from dispatch.assignments.recomputing.report import report_of, spread_of
from dispatch.assignments.solving import BulkProblem, Weights
from dispatch.decisions.models import Decision, DecisionKind
from dispatch.decisions.snapshot import Outcome, Parcels, People, Snapshot
from scoring import VERSION, Deliveries, Transporters

EVEN: Weights = (1.0, 1.0, 1.0, 1.0)
NEAREST: Weights = (1.0, 0.0, 0.0, 0.0)
ROOMIEST: Weights = (0.0, 0.0, 1.0, 0.0)
MADE_AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HERE = 27.7, 85.3
RADIUS_M = 20_000.0


def _people(count: int, seed: int) -> People:
    draw = np.random.default_rng(seed)
    return People(
        np.arange(1, count + 1) * 3,
        np.zeros(count, dtype=np.int64),
        HERE[0] + draw.normal(0, 0.03, count),
        HERE[1] + draw.normal(0, 0.03, count),
        draw.uniform(3, 5, count),
        draw.uniform(40, 80, count),
        draw.integers(0, 3, count),
        np.full(count, 5),
    )


def _parcels(count: int, seed: int) -> Parcels:
    draw = np.random.default_rng(seed + 1)
    return Parcels(
        np.arange(1, count + 1) * 7,
        HERE[0] + draw.normal(0, 0.03, count),
        HERE[1] + draw.normal(0, 0.03, count),
        np.ones(count, dtype=np.bool_),
        draw.uniform(0.5, 6, count),
        np.ones(count),
    )


def _plan(count: int, online: int, *, weights: Weights = EVEN, seed: int = 1) -> Snapshot:
    """What a plan for many was made from, and what came of it."""
    people, parcels = _people(online, seed), _parcels(count, seed)
    plan = BulkProblem(
        Deliveries(parcels.lat, parcels.lon, parcels.weight_kg, parcels.urgency, parcels.located, key=parcels.ids),
        Transporters(
            people.lat, people.lon, people.rating, people.free_kg, people.active, people.max_active, key=people.ids
        ),
        RADIUS_M,
        10.0,
        weights=weights,
    ).solve()
    return Snapshot(people, parcels, Outcome(plan.transporter, plan.slot, plan.reason, plan.price, plan.weight_price))


def _single(chosen: int, **more: Any) -> Snapshot:
    """One parcel between a small vehicle beside it (3) and a large one 6 km away (6); ``chosen``: which row."""
    people = People(
        np.array([3, 6]),
        np.zeros(2, dtype=np.int64),
        np.array([HERE[0], HERE[0] + 0.054]),
        np.full(2, HERE[1]),
        np.full(2, 4.0),
        np.array([4.0, 40.0]),
        np.zeros(2, dtype=np.int64),
        np.full(2, 5),
    )
    one = np.ones(1)
    parcels = Parcels(np.array([7]), HERE[0] * one, HERE[1] * one, one.astype(np.bool_), 3 * one, one)
    outcome = Outcome(np.array([chosen]), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    return Snapshot(people, parcels, outcome, **more)


def _decision(snapshot: Snapshot, kind: DecisionKind, *, weights: Weights = EVEN, engine: int = VERSION) -> Decision:
    return Decision(
        id=1,
        made_at=MADE_AT,
        kind=kind,
        engine=engine,
        weights=list(weights),
        radius_m=RADIUS_M,
        packed=snapshot.pack(),
    )


def _compared(
    decision: Decision, weights: Weights, ways: dict[int, Way] | None = None
) -> tuple[Comparison, list[Change]]:
    comparing = Comparing(road_factor=1.3)
    changes = comparing.add(decision, decide_again(decision, weights), weights, Portion([decision], ways or {}, {}))
    return comparing.found, changes


@pytest.mark.parametrize("engine", [VERSION, VERSION + 1])
@pytest.mark.parametrize("seed", range(3))
def test_under_equal_weights_no_plan_changes_although_it_is_kept_rounded(seed: int, engine: int) -> None:
    found, changes = _compared(_decision(_plan(60, 40, seed=seed), DecisionKind.BULK, engine=engine), EVEN)
    assert (changes, found.changed, found.recomputed, found.unproven) == ([], 0, 1, 0)
    assert found.before == found.after
    assert found.before.given > 0


def test_weights_of_which_only_the_ratios_are_the_same_change_nothing_either() -> None:
    found, changes = _compared(_decision(_plan(40, 30), DecisionKind.BULK), (5.0, 5.0, 5.0, 5.0))
    assert changes == []
    assert found.before.score_then == pytest.approx(found.before.score_now)


@pytest.mark.parametrize(
    ("weights", "chosen", "changes"), [(NEAREST, 0, []), (NEAREST, 1, [(6, 3)]), (ROOMIEST, 0, [(3, 6)])]
)
def test_a_known_case_goes_to_whom_the_weights_say(
    weights: Weights, chosen: int, changes: list[tuple[int, int]]
) -> None:
    found, made = _compared(_decision(_single(chosen), DecisionKind.SINGLE), weights)
    assert [(change.before, change.after) for change in made] == changes
    assert {who: found.gained[who] - found.lost[who] for who in (3, 6)} == (
        {3: 0, 6: 0} if not changes else {changes[0][0]: -1, changes[0][1]: 1}
    )
    assert found.after.score_now >= found.before.score_now


def test_other_weights_raise_the_score_by_these_and_never_lower_it() -> None:
    found, changes = _compared(_decision(_plan(60, 40), DecisionKind.BULK), NEAREST)
    assert changes
    assert found.after.score_now > found.before.score_now
    assert found.after.score_then < found.before.score_then
    assert found.after.distance_m < found.before.distance_m


@pytest.mark.parametrize("word", ["forbidden", "gave_back"])
def test_whom_a_person_ruled_out_or_who_gave_it_back_does_not_get_it_under_any_weights(word: str) -> None:
    barred = _single(1, **{word: [(7, 3)]})
    for kind in (DecisionKind.SINGLE, DecisionKind.BULK):
        assert _compared(_decision(barred, kind), NEAREST)[1] == []
    changed = _single(1, changed=[3])
    assert _compared(_decision(changed, DecisionKind.SINGLE), NEAREST)[1] == []


def test_what_was_locked_stays_and_the_rest_is_planned_around_it() -> None:
    snapshot = _plan(30, 20)
    row = int(np.flatnonzero(snapshot.outcome.person >= 0)[0])
    pair = int(snapshot.parcels.ids[row]), int(snapshot.people.ids[snapshot.outcome.person[row]])
    made = decide_again(_decision(replace(snapshot, locked=[pair]), DecisionKind.BULK), NEAREST)
    place = made.after.rows.tolist().index(row)
    assert int(made.snapshot.people.ids[made.after.who[place]]) == pair[1]


def test_what_cannot_be_made_again_says_why() -> None:
    by_hand = _decision(_single(0), DecisionKind.BY_HAND)
    with pytest.raises(CannotRecompute) as raised:
        decide_again(by_hand, NEAREST)
    assert raised.value.why is NotRecomputed.BY_HAND
    whole = _decision(_single(0), DecisionKind.SINGLE).packed
    for packed in (b"", b"\x00" * 40, whole[:-9], whole[:20], b"\xff" * 4 + whole):
        broken = _decision(_single(0), DecisionKind.SINGLE)
        broken.packed = packed
        with pytest.raises(CannotRecompute) as raised:
            decide_again(broken, NEAREST)
        assert raised.value.why is NotRecomputed.UNREADABLE
    with pytest.raises(CannotRecompute) as raised:
        decide_again(_decision(_single(0), DecisionKind.ROLLING_ASKED), ROOMIEST)
    assert raised.value.why is NotRecomputed.ASKED


def test_decisions_of_another_version_of_the_scoring_are_made_again_and_told_apart() -> None:
    found, changes = _compared(_decision(_single(0), DecisionKind.SINGLE, engine=VERSION + 1), ROOMIEST)
    assert len(changes) == 1
    report = report_of(found)
    assert (report["other_engine"], report["changed"]["of_another_engine"]) == (1, 1)
    same = report_of(_compared(_decision(_single(0), DecisionKind.SINGLE), ROOMIEST)[0])
    assert (same["other_engine"], same["changed"]["of_another_engine"]) == (0, 0)


def test_lateness_is_counted_by_when_each_was_wanted_and_from_where_its_transporter_was() -> None:
    door = HERE[0] - 0.01, HERE[1]
    wanted = Way(door, None, MADE_AT, 1.4)
    found, _ = _compared(_decision(_single(0), DecisionKind.SINGLE), ROOMIEST, {7: wanted})
    assert 0 < found.before.late_s < found.after.late_s
    between = MADE_AT + timedelta(seconds=(found.before.late_s + found.after.late_s) / 2)
    wanted = replace(wanted, due_at=between)
    found, _ = _compared(_decision(_single(0), DecisionKind.SINGLE), ROOMIEST, {7: wanted})
    assert (found.before.promised, found.after.promised, found.before.late, found.after.late) == (1, 1, 0, 1)
    unwanted, _ = _compared(_decision(_single(0), DecisionKind.SINGLE), ROOMIEST, {7: replace(wanted, due_at=None)})
    assert (unwanted.after.promised, unwanted.after.late) == (0, 0)


def test_spread_is_nothing_where_all_have_the_same_and_whole_where_one_has_all() -> None:
    assert spread_of([2, 2, 2, 2])["gini"] == 0
    assert spread_of([0, 0, 0, 8]) == {
        "transporters": 4, "mean": 2.0, "deviation": pytest.approx(3.464), "most": 8, "without": 3, "gini": 0.75
    }  # fmt: skip
    assert spread_of([])["transporters"] == 0
