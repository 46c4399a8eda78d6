"""A PostgreSQL for a benchmark: the cluster the environment names, else a new one that ends with the benchmark."""

import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from build_scripts.postgresql_server import ADDRESS_VARIABLE, MISSING, find_binaries, running_server


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of its database. Raises RuntimeError where no server is installed."""
    if given := os.environ.get(ADDRESS_VARIABLE):
        yield given
        return
    binaries = find_binaries(Path(sysconfig.get_path("purelib")))
    if binaries is None:
        raise RuntimeError(MISSING)
    with running_server(binaries) as url:
        yield url
