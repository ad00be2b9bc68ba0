"""One instance in a process of its own, so that its peak memory is its own: prints one line of JSON."""

import json
import resource
import sys
from time import perf_counter, process_time

from benchmarks.scoring.instances import KINDS, instance
from scoring import Params, solve


def main() -> None:
    """``python -m benchmarks.scoring.worker KIND N SLOTS REPEATS [TIME_LIMIT]``"""
    kind = KINDS[KINDS.index(sys.argv[1])]
    n, slots, repeats = (int(word) for word in sys.argv[2:5])
    limit = float(sys.argv[5]) if len(sys.argv) > 5 else None
    deliveries, transporters = instance(kind, n, slots=slots)
    solve(*instance(kind, 200))  # first calls of numpy and the solver are not what is measured
    seconds, cpu = [], []
    for _ in range(repeats):
        start, busy = perf_counter(), process_time()
        plan = solve(deliveries, transporters, Params(), time_limit_s=limit)
        seconds.append(perf_counter() - start)
        cpu.append(process_time() - busy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "kind": kind,
                "deliveries": len(deliveries),
                "transporters": len(transporters),
                "slots": slots,
                "seconds": seconds,
                "cpu_seconds": cpu,
                "peak_mb": peak,
                "total": plan.total,
                "upper_bound": plan.upper_bound,
                "gap": plan.gap,
                "certified": plan.certified,
                "rounds": plan.rounds,
                "pairs": plan.pairs,
            }
        )
    )


if __name__ == "__main__":
    main()
