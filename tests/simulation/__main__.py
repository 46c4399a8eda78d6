"""Histories by their seeds, told on the terminal; `build_scripts/torture.py` calls this."""

import argparse
import gc
import logging
import sys
import time
import traceback
from collections.abc import Sequence

from tests.simulation.history import History
from tests.simulation.known_bugs import KNOWN_BUGS
from tests.simulation.plan import Counts
from tests.simulation.stage import Stage

TOLD_STEPS = 40
_TELL_EVERY_S = 30.0


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="torture.py", description="Runs histories of three devices in two stores; the same seed, the same history."
    )
    parser.add_argument("--seeds", type=int, default=1_000, help="how many histories (1,000)")
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="SEED", help="the first seed (0)")
    parser.add_argument("--steps", type=int, default=24, help="most operations of a history (24)")
    parser.add_argument("--minutes", type=float, help="begin no further history after so long")
    parser.add_argument("--keep-going", action="store_true", help="go on after a broken invariant")
    parser.add_argument("--trace", action="store_true", help="print every history as it went")
    parser.add_argument("--with-bug", choices=sorted(KNOWN_BUGS), help="put a known bug back, to see it found")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """0 where every invariant held in every history, else 1."""
    options = parse_arguments(arguments)
    counts, broken = Counts(), []
    started_s = told_s = time.monotonic()
    logging.getLogger("sync").setLevel(logging.CRITICAL)  # every fault here is meant
    with Stage() as stage:
        gc.collect()
        gc.freeze()
        for seed in range(options.first, options.first + options.seeds):
            bug = KNOWN_BUGS[options.with_bug]() if options.with_bug else None
            history = History(stage, seed, steps=options.steps, bug=bug)
            try:
                counts.add(history.run())
            except Exception as error:  # noqa: BLE001  # whatever it is, its history is told and the status says so
                broken.append(seed)
                _tell_broken(history, error, options)
                if not options.keep_going:
                    break
            if options.minutes and time.monotonic() - started_s > options.minutes * 60:
                break
            if options.trace:
                print("\n".join([f"seed {seed}", *history.trace]))
            if time.monotonic() - told_s > _TELL_EVERY_S:
                told_s = time.monotonic()
                print(f"seed {seed}: {counts.histories} histories in {told_s - started_s:.0f} s", flush=True)
    _tell_counts(counts, broken, time.monotonic() - started_s)
    return 1 if broken else 0


def _tell_broken(history: History, error: Exception, options: argparse.Namespace) -> None:
    print(f"\nseed {history.seed}: {type(error).__name__}: {error}\nThe last steps:")
    print("\n".join(f"  {line}" for line in history.trace[-TOLD_STEPS:]))
    print("".join(traceback.format_exception(error, limit=-4)))
    print(
        f"Again: python3 build_scripts/torture.py --seeds 1 --from {history.seed} --steps {options.steps} --trace",
        flush=True,
    )


def _tell_counts(counts: Counts, broken: Sequence[int], took_s: float) -> None:
    print(
        f"\n{counts.histories} histories, {counts.operations.total()} operations, {counts.entries} entries, "
        f"{counts.requests} requests, {counts.faults.total()} faults survived in {took_s:.0f} s"
    )
    for title, counter in (("operations", counts.operations), ("faults survived", counts.faults)):
        print(f"{title}: " + ", ".join(f"{name} {count}" for name, count in counter.most_common()))
    print(f"broken: {', '.join(map(str, broken))}" if broken else "Every invariant held in every history.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
