"""What a decision was made from comes back as it was, in few bytes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.decisions.columns import pack, unpack
from dispatch.decisions.snapshot import Outcome, Parcels, People, Snapshot

BYTES_A_HEAD = 9
"""Of random people, who are harder to pack than real ones."""


def _snapshot(people: int, parcels: int, seed: int) -> Snapshot:
    draw = np.random.default_rng(seed)
    return Snapshot(
        People(
            np.sort(draw.choice(10 * people + 1, people, replace=False)),
            draw.integers(0, 6, people),
            draw.uniform(-90, 90, people),
            draw.uniform(-180, 180, people),
            draw.uniform(0, 5, people).round(3),
            draw.uniform(0, 900, people).round(3),
            draw.integers(0, 9, people),
            draw.integers(1, 9, people),
        ),
        Parcels(
            draw.permutation(10 * parcels + 1)[:parcels],
            draw.uniform(-90, 90, parcels),
            draw.uniform(-180, 180, parcels),
            draw.random(parcels) < 0.9,
            draw.uniform(0, 50, parcels).round(3),
            draw.integers(0, 4, parcels).astype(float),
        ),
        Outcome(
            draw.integers(-1, people, parcels) if people else np.full(parcels, -1),
            draw.integers(0, 3, parcels),
            draw.integers(0, 8, parcels),
            draw.uniform(0, 100, people),
            draw.uniform(0, 10, people),
        ),
        [(1, 2)],
        [(3, 4), (5, 6)],
        [7],
        [(8, 9)],
    )


@given(st.integers(0, 60), st.integers(0, 20), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_a_snapshot_comes_back_to_a_metre_a_gram_and_a_thousandth_of_a_star(
    people: int, parcels: int, seed: int
) -> None:
    kept = _snapshot(people, parcels, seed)
    back = Snapshot.unpack(kept.pack())
    for side, exact in (
        ("people", {"ids", "standing", "active", "max_active"}),
        ("parcels", {"ids", "located", "urgency"}),
        ("outcome", {"person", "slot", "reason"}),
    ):
        one, other = getattr(kept, side), getattr(back, side)
        for name in one.__slots__:
            within = 0 if name in exact else 1e-5 if name.endswith(("lat", "lon")) else 1e-3
            np.testing.assert_allclose(
                getattr(other, name), getattr(one, name), atol=within, rtol=1e-6 if within else 0
            )
    assert (back.locked, back.forbidden, back.changed) == (kept.locked, kept.forbidden, kept.changed)
    assert back.gave_back == kept.gave_back


def test_ten_thousand_who_were_online_take_less_than_a_hundred_kilobytes() -> None:
    draw = np.random.default_rng(14)
    online = 10_000
    people = People(
        np.arange(1, online + 1),
        np.zeros(online, dtype=np.int64),
        27.7 + draw.normal(0, 0.04, online),
        85.3 + draw.normal(0, 0.04, online),
        draw.uniform(3.5, 5, online).round(3),
        60 - draw.gamma(2, 2, online).round(3) * (draw.random(online) < 0.4),
        draw.integers(0, 4, online),
        np.full(online, 4),
    )
    parcel = Parcels(*(np.array([value]) for value in (1, 27.7, 85.3, True, 2.5, 1.0)))
    outcome = Outcome(np.array([17]), np.array([0]), np.array([0]))
    assert len(Snapshot(people, parcel, outcome).pack()) < BYTES_A_HEAD * online


def test_columns_of_no_rows_and_of_any_width_are_packed() -> None:
    columns = {name: np.arange(3 if name != "u1" else 0).astype(f"<{name}") for name in ("u1", "i8", "f4")}
    back, header = unpack(pack(columns, {"a": [1, "ü"]}))
    assert header == {"a": [1, "ü"]}
    for name, column in columns.items():
        np.testing.assert_array_equal(back[name], column)
