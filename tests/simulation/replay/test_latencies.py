"""Durations in buckets, beside the same durations sorted."""

from hypothesis import given
from hypothesis import strategies as st

from api.simulation.replay.latencies import Latencies


def test_percentiles_weigh_every_ping_of_a_frame() -> None:
    latencies = Latencies()
    for seconds, count in ((0.001, 98), (0.003, 1), (0.002, 1)):
        latencies.record(seconds, count)
    assert [latencies.within_ms(share) for share in (0.5, 0.98, 0.99, 1.0)] == [1.0, 1.0, 2.0, 3.0]
    assert Latencies().within_ms(0.5) is None


@given(st.lists(st.integers(0, 7_000_000_000), min_size=1), st.floats(0.01, 1.0))
def test_a_percentile_is_within_a_thousandth_of_the_sorted_list_s(durations_us: list[int], share: float) -> None:
    latencies = Latencies()
    for us in durations_us:
        latencies.record(us / 1e6)
    exact_ms = next(
        us / 1000 for rank, us in enumerate(sorted(durations_us), start=1) if rank >= share * len(durations_us)
    )
    found_ms = latencies.within_ms(share)
    assert found_ms is not None
    assert exact_ms <= found_ms <= exact_ms * 1.001
    assert latencies.longest_ms == max(durations_us) / 1000
    assert sum(count for _, count in latencies.buckets()) == len(durations_us)
