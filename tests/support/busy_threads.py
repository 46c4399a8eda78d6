"""What keeps the browser's processes busy, for the message of a test whose tab does not answer."""

import os
import re
import time
from pathlib import Path
from typing import Final

PROCESSES: Final = Path("/proc")
WATCHED_FOR_S: Final = 1.0
SHOWN: Final = 5
_KIND: Final = re.compile(r"type=[a-z-]+")


def busy_threads(*, of: str = "chrom") -> str:
    """A line for each of the busiest threads, with its share of a processor; nothing where the system does not tell.

    of  what the name of their program contains
    """
    before = _processor_times(of)
    time.sleep(WATCHED_FOR_S)
    after = _processor_times(of)
    spent = {thread: after[thread] - before.get(thread, 0.0) for thread in after}
    busiest = sorted(spent, key=lambda thread: -spent[thread])[:SHOWN]
    return "\n".join(f"{spent[thread] / WATCHED_FOR_S:4.0%} {thread}" for thread in busiest)


def _processor_times(of: str) -> dict[str, float]:
    ticks = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 1
    times: dict[str, float] = {}
    for stat in PROCESSES.glob("[0-9]*/task/[0-9]*/stat"):
        try:
            command = (stat.parents[2] / "cmdline").read_text()
            head, _, numbers = stat.read_text().rpartition(")")
        except OSError:  # it ended
            continue
        if of in re.split("[\0 ]", command)[0]:
            kind = _KIND.search(command)
            fields = numbers.split()
            times[f"{kind[0] if kind else 'type=browser'} {head})"] = (int(fields[11]) + int(fields[12])) / ticks
    return times
