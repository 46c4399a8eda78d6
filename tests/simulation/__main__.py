"""Histories by their seeds, told on the terminal; `build_scripts/torture.py` calls this."""

import argparse
import gc
import logging
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice

from tests.simulation.history import History
from tests.simulation.killing import processes
from tests.simulation.known_bugs import KNOWN_BUGS, Correct
from tests.simulation.log_cuts import Day, first_openings
from tests.simulation.plan import Counts
from tests.simulation.scenes import SCENES, kills_of, survives
from tests.simulation.stage import Stage
from tests.simulation.state_machine import run_examples, three_devices
from tests.simulation.steps import DEVICE_STEPS, SERVER_STEPS, STARTING
from tests.store.invariants import Broken
from tests.support.postgresql import PostgresqlServer, cluster_url

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
    parser.add_argument("--postgresql", action="store_true", help="the server's database is of a real PostgreSQL")
    parser.add_argument("--with-bug", choices=sorted(KNOWN_BUGS), help="put a known bug back, to see it found")
    parser.add_argument(
        "--state-machine",
        type=int,
        metavar="EXAMPLES",
        help="instead: so many examples of a Hypothesis state machine over the same operations; --from is their seed",
    )
    parser.add_argument(
        "--kill-processes",
        type=int,
        nargs="?",
        const=1,
        metavar="TIMES",
        help="instead: kill a real device and a real server at every step, the first TIMES it comes (1; 0: every time)",
    )
    parser.add_argument(
        "--cut-logs",
        type=int,
        nargs="?",
        const=1,
        metavar="EVERY",
        help="instead: cut the write-ahead logs of a day's work at each frame, or at every so-manieth (1)",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """0 where every invariant held in every history, else 1."""
    options = parse_arguments(arguments)
    for name in ("sync", "clienteling"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # every fault here is meant
    if options.kill_processes is not None:
        return _kill_processes(options.kill_processes or None, on_postgresql=options.postgresql)
    if options.cut_logs is not None:
        return _cut_logs(options.cut_logs)
    if options.state_machine is not None:
        return _run_state_machine(options)
    return _run_histories(options)


def _kill_processes(times: int | None, *, on_postgresql: bool) -> int:
    """0 where every invariant held after every kill, else 1."""
    started_s = time.monotonic()
    at_device, at_server = Counter[str](), Counter[str]()
    late, broken = [], 0
    with ExitStack() as until:
        cluster = _cluster(until) if on_postgresql else None
        stage = until.enter_context(Stage(on_disk=True, postgresql=cluster))
        context = processes()
        for scene in SCENES:
            for kill, of_server in kills_of(stage, context, scene, most=times):
                try:
                    # What a server does at its start one of several does: the second would leave the first nothing.
                    second = on_postgresql and of_server and not kill.step.startswith(STARTING)
                    came = survives(stage, context, scene, kill, server=of_server, second=second)
                except Broken as error:
                    broken += 1
                    print(f"{scene.name}, {kill}, server: {of_server}: {error}", flush=True)
                    continue
                if came:
                    (at_server if of_server else at_device)[kill.step] += 1
                else:
                    late.append(f"{scene.name}: {kill.step} {kill.nth}")
            print(f"{scene.name}: {time.monotonic() - started_s:.0f} s", flush=True)
    for title, steps, names in (("device", at_device, DEVICE_STEPS), ("server", at_server, SERVER_STEPS)):
        print(
            f"{title}: {steps.total()} kills at {len(steps)} steps: " + ", ".join(f"{s} {n}" for s, n in steps.items())
        )
        print(f"{title}, never killed at: {', '.join(name for name in names if name not in steps)}")
    print(f"not come to this time: {', '.join(late) or 'none'}")
    print(f"broken: {broken} kills" if broken else "Every invariant held after every kill.")
    return 1 if broken else 0


def _cut_logs(every: int) -> int:
    """0 where every invariant held after every cut, else 1."""
    started_s = time.monotonic()
    broken = 0
    with Stage() as stage:
        day = Day.worked(stage, rounds=12)
        frames = sum(log.frames for log in day.logs.values())
        print(f"{len(day.written)} entries, {len(day.logs)} logs, {frames} frames", flush=True)
        for title, cuts in (
            ("power cuts", day.honest_cuts()),
            ("ends of one file lost", day.dishonest_cuts()),
            ("checkpoints cut", day.checkpoint_cuts()),
        ):
            count = 0
            for cut in islice(cuts, 0, None, every):
                count += 1
                try:
                    day.survive(cut)
                except Exception as error:  # noqa: BLE001  # a file that does not open breaks an invariant too
                    broken += 1
                    print(f"{cut}: {type(error).__name__}: {error}", flush=True)
            print(f"{title}: {count}, {time.monotonic() - started_s:.0f} s", flush=True)
        opened = sum(1 for _ in first_openings(stage.folder / "first"))
        print(f"cuts of a first opening: {opened}, {time.monotonic() - started_s:.0f} s", flush=True)
    print(f"broken: {broken} cuts" if broken else "Every invariant held after every cut.")
    return 1 if broken else 0


def _run_state_machine(options: argparse.Namespace) -> int:
    """0 where every invariant held in every example, else 1; Hypothesis tells the shortest steps that break one."""
    started_s = time.monotonic()
    bug = KNOWN_BUGS[options.with_bug] if options.with_bug else Correct
    with ExitStack() as until:
        stage = until.enter_context(Stage(postgresql=_cluster(until) if options.postgresql else None))
        machine = three_devices(stage, bug)
        print(f"seed {options.first}", flush=True)
        status = 0
        try:
            run_examples(machine, options.state_machine, seed=options.first)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told and the status says so
            status = 1
            print("".join(traceback.format_exception(error, limit=-4)), *getattr(error, "__notes__", ()), sep="\n")
            again = f"--state-machine {options.state_machine} --from {options.first}"
            there = " --postgresql" if options.postgresql else ""
            print(f"Again: python3 build_scripts/torture.py {again}{there}", flush=True)
    _tell_counts(machine.counts, [options.first] if status else [], time.monotonic() - started_s)
    return status


def _run_histories(options: argparse.Namespace) -> int:
    counts, broken = Counts(), []
    started_s = told_s = time.monotonic()
    with ExitStack() as until:
        stage = until.enter_context(Stage(postgresql=_cluster(until) if options.postgresql else None))
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


def _cluster(until: ExitStack) -> PostgresqlServer:
    """The cluster that ADDRESS_VARIABLE names, or one that `until` stops. Raises ServerFailed."""
    return PostgresqlServer(url=until.enter_context(cluster_url()), prefix=f"torture_{os.getpid()}")


def _tell_broken(history: History, error: Exception, options: argparse.Namespace) -> None:
    print(f"\nseed {history.seed}: {type(error).__name__}: {error}\nThe last steps:")
    print("\n".join(f"  {line}" for line in history.trace[-TOLD_STEPS:]))
    print("".join(traceback.format_exception(error, limit=-4)))
    again = f"--seeds 1 --from {history.seed} --steps {options.steps} --trace"
    there = " --postgresql" if options.postgresql else ""
    print(f"Again: python3 build_scripts/torture.py {again}{there}", flush=True)


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
