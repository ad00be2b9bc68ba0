"""``python -m scoring``: compile now what the first plan would wait for, and keep it."""

import numpy as np

from scoring import Deliveries, Params, Transporters, solve, solve_matrix


def main() -> None:
    """Solve something small on each of the ways that lead through compiled code."""
    zero, none, one = np.zeros(1), np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    market = Deliveries(zero, zero, zero), Transporters(zero, zero, zero, zero, none, one)
    solve(*market, previous=solve(*market))
    solve_matrix(np.ones((1, 1)))
    solve_matrix(np.ones((1, 1)), load=np.ones((1, 1)), capacity=np.ones(1))
    two, here = np.ones(2), np.ones(1)
    crowd = Deliveries(two, two, two), Transporters(here, here, here, here, none, 2 * one)
    solve(*crowd, Params(load="sum"))


if __name__ == "__main__":
    main()
