"""``python -m benchmarks [SUITE] [OPTIONS]``: run one suite, or all; options go to the suite as they are."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def suites() -> list[str]:
    """Every folder here that can be run."""
    return sorted(folder.parent.name for folder in HERE.glob("*/__main__.py"))


def main() -> None:
    """Run what was asked for, each suite as ``python -m benchmarks.SUITE``."""
    known = suites()
    asked, options = (
        (sys.argv[1:2], sys.argv[2:]) if len(sys.argv) > 1 and sys.argv[1] in known else (known, sys.argv[1:])
    )
    if options and asked == known and not options[0].startswith("-"):
        sys.exit(f"no suite {options[0]!r}; there are {', '.join(known)}")
    for suite in asked:
        sys.argv = [f"benchmarks.{suite}", *options]
        runpy.run_module(f"benchmarks.{suite}", run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
