"""Variables of the environment that look like settings and are none: a typing error that would change nothing."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

PREFIX = "DISPATCH_"
# The tests' own.
OTHERS = {"DISPATCH_TEST_DATA"}
# Kubernetes sets these for a service that is named "dispatch".
OF_A_SERVICE = re.compile(r"DISPATCH_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)")
NEAR = 0.6


def unknown_variables(environment: Mapping[str, str], known: Collection[str]) -> list[str]:
    """A line for each, with the nearest name that exists."""
    return [
        f"{name}: is no setting{_nearest(name.upper(), known)}"
        for name in sorted(environment)
        if name.upper().startswith(PREFIX)
        and name.upper() not in {*known, *OTHERS}
        and not OF_A_SERVICE.fullmatch(name.upper())
    ]


def _nearest(name: str, known: Collection[str]) -> str:
    """Compared without the prefix, which all but the contract's own names have."""
    shorts = {one.removeprefix(PREFIX): one for one in known}
    close = get_close_matches(name.removeprefix(PREFIX), shorts, n=1, cutoff=NEAR)
    return f"; did you mean {shorts[close[0]]}?" if close else "; `dispatch settings` lists them all"
