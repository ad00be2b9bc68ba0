"""``python -m benchmarks [SUITE …] [OPTIONS]``: run one suite, several, or all; options behind one are the suite's."""

import argparse
import runpy
import sys
from pathlib import Path

from benchmarks.arguments import WRITE, check_names

HERE = Path(__file__).resolve().parent


def suites() -> list[str]:
    """Every folder here that can be run."""
    return sorted(folder.parent.name for folder in HERE.glob("*/__main__.py"))


def main() -> None:
    """Run what was asked for, each suite as ``python -m benchmarks.SUITE``."""
    known = suites()
    if len(sys.argv) > 1 and sys.argv[1] in known and not (len(sys.argv) > 2 and sys.argv[2] in known):
        _run(sys.argv[1], sys.argv[2:])
        return
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure every figure of docs/benchmarks.md. That takes half an hour; "
        "a suite alone takes minutes, and `SUITE --help` lists its parts.",
    )
    parser.add_argument(
        "suites", nargs="*", metavar="SUITE", help=f"one of {', '.join(known)}, or several; all where none is named"
    )
    parser.add_argument(WRITE, action="store_true", help="keep what was measured, as each suite's --write does")
    asked = parser.parse_args()
    check_names(parser, asked.suites, known, "suite")
    for suite in asked.suites or known:
        _run(suite, [WRITE] if asked.write else [])


def _run(suite: str, options: list[str]) -> None:
    sys.argv = [f"benchmarks.{suite}", *options]
    runpy.run_module(f"benchmarks.{suite}", run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
