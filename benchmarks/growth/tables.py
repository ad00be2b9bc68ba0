"""What was measured, as lines of docs/benchmarks.md."""

from statistics import median

from benchmarks.figures import Line
from benchmarks.growth.suite import FEW, LIMIT, Measured


def lines(measured: list[Measured], orders: int) -> list[Line]:
    """The figures as lines of docs/benchmarks.md."""
    worst, usual = measured[0], median(found.ratio for found in measured)
    with_many = f"with {orders:,} orders and ten steps of tracking each, against {FEW:,}"
    return [
        (
            f"of all GETs, each asked by who may, the one that grew most {with_many}",
            f"{worst.ratio:.1f} × (`{worst.name}`, {worst.many_ms:.1f} ms; {len(measured)} asked)",
            f"at most {LIMIT:.0f} ×",
        ),
        (f"the median of them {with_many}", f"{usual:.2f} ×", ""),
    ]
