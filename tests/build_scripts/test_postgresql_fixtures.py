"""The databases that tests are given: real, of their own, migrated where migrations exist."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from build_scripts.environment import ROOT
from build_scripts.postgresql_server import find_binaries
from tests.support.postgresql import find_migrate, libpq_url
from tests.support.waiting import wait_until


def test_a_database_of_ones_own_is_empty_and_takes_a_table(empty_postgresql_url: str) -> None:
    with psycopg.connect(libpq_url(empty_postgresql_url)) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)
        connection.execute("CREATE TABLE left_over (id bigint)")


def test_what_an_earlier_test_left_is_not_there(empty_postgresql_url: str) -> None:
    with psycopg.connect(libpq_url(empty_postgresql_url)) as connection:
        assert connection.execute("SELECT to_regclass('left_over')").fetchone() == (None,)


def test_a_central_database_is_migrated_on_either_kind(central_database_url: str) -> None:
    engine = create_engine(central_database_url)
    try:
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        assert bool(inspect(engine).get_table_names()) == (find_migrate() is not None)
    finally:
        engine.dispose()


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
