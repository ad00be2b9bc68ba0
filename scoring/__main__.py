"""``python -m scoring``: compile now what the first plan would wait for, and keep it."""

import numpy as np

from scoring import Deliveries, Transporters, solve, solve_matrix


def main() -> None:
    """Solve something small on each of the ways that lead through compiled code."""
    one = np.zeros(1)
    solve(Deliveries(one, one, one), Transporters(one, one, one, one, one, one + 1))
    solve_matrix(np.ones((1, 1)))


if __name__ == "__main__":
    main()
