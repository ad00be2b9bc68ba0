"""``python -m scoring``: compile now what the first plan would wait for, and keep it."""

import numpy as np

from scoring import Deliveries, Transporters, solve, solve_matrix


def main() -> None:
    """Solve something small on each of the ways that lead through compiled code."""
    zero, none, one = np.zeros(1), np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    market = Deliveries(zero, zero, zero), Transporters(zero, zero, zero, zero, none, one)
    solve(*market, previous=solve(*market))
    solve_matrix(np.ones((1, 1)))
    value, load = np.array([[3.0, 2.0], [3.0, 1.0], [2.0, 1.0]]), np.full((3, 2), 2.0)
    solve_matrix(value, load=load, capacity=np.array([3.0, 2.0]))


if __name__ == "__main__":
    main()
