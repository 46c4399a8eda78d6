"""The databases that tests are given: real, of their own, migrated where migrations exist."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect

from build_scripts.environment import ROOT
from build_scripts.postgresql_server import find_binaries
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import METADATA
from tests.support.postgresql import PostgresqlServer, libpq_url
from tests.support.waiting import wait_until


def test_a_database_of_ones_own_is_empty_whatever_the_one_before_was_left_with(
    postgresql_server: PostgresqlServer,
) -> None:
    for _ in range(2):
        with postgresql_server.database() as url, psycopg.connect(libpq_url(url)) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            assert tables == (0,)
            connection.execute("CREATE TABLE left_over (id bigint)")
            connection.commit()


def test_a_central_database_is_migrated_on_either_kind(central_database_url: str) -> None:
    with CentralDatabase(central_database_url) as database, database.reading() as connection:
        assert set(METADATA.tables) <= set(inspect(connection).get_table_names())


@pytest.mark.postgresql
def test_a_cluster_goes_when_its_parent_is_killed() -> None:
    """The address is printed, the parent dies without a word, and the child still stops and deletes the cluster."""
    binaries = find_binaries()
    assert binaries is not None
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from build_scripts.postgresql_server import running_server\n"
        "with running_server(Path(sys.argv[1])) as url:\n"
        "    print(url, flush=True)\n"
        "    os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    parent = subprocess.run(
        [sys.executable, "-c", script, str(binaries)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    folder = Path(parent.stdout.strip().partition("host=")[2])
    assert parent.returncode != 0
    wait_until(lambda: not folder.exists(), what="the cluster's end")
