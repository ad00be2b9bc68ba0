"""What the library raises."""


class InputError(ValueError):
    """An input array or parameter that cannot be scored, refused by name.

    Parameters
    ----------
    field
        The offending argument as the caller knows it, for example ``Deliveries.lat``.
    problem
        What is wrong with it, in words.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
