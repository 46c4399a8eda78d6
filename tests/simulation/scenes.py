"""What goes on when a process is killed: between them the scenes come to every step of a device and of a server."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import BaseContext
from random import Random
from typing import Final

from sync.central_api.compaction import KEPT_FOR
from sync.central_api.daily import do_if_due
from sync.central_api.import_records import import_records
from sync.protocol.kinds import Kind
from tests.simulation.damage import damage_a_row
from tests.simulation.killing import KILLED, World
from tests.simulation.processes import DONE, Kill, Line
from tests.simulation.stage import Stage
from tests.simulation.steps import DEVICE_STEPS, SERVER_STEPS
from tests.store.invariants import require
from tests.support.shops import SOURCE, record

DEVICE: Final = "a1"


@dataclass(frozen=True, slots=True)
class Scene:
    """`begin`: what came before. `script`: what the device does while it or the server is killed. `end`: what follows
    the kill, before everybody goes on."""

    name: str
    begin: Callable[[World], None]
    script: Callable[[World], tuple[Line, ...]]
    end: Callable[[World], None] = lambda world: None


def _everyday(world: World) -> None:
    world.add_device(DEVICE)


def _two_syncs(world: World) -> tuple[Line, ...]:
    return world.note(), world.note(by="nobody"), "sync", world.note(), "sync"


def _one_sync(world: World) -> tuple[Line, ...]:
    return world.note(), "sync"


def _first_day(world: World) -> None:
    world.add_device(DEVICE, fresh=True)


def _no_cursor_counts(world: World) -> None:
    world.add_device(DEVICE)
    world.stage.new_cursor_key("11" * 32)


def _copied(world: World) -> None:
    world.add_device(DEVICE)
    world.add_device(f"{DEVICE}'", copy_of=DEVICE)
    world.run(f"{DEVICE}'", world.note(), "sync")


def _restored(world: World) -> None:
    """The server's backup lacks what the device sent last."""
    world.add_device(DEVICE)
    world.run(DEVICE, world.note(), "sync")
    world.stop_server()
    world.authority.observe()
    world.stage.save_server(world.folder / "backup.db")
    known = world.authority.known.copied()
    world.run(DEVICE, world.note(), "sync")
    world.stop_server()
    world.authority.require_records_replayed()
    world.stage.replace_server(world.folder / "backup.db")
    world.stage.new_epoch("0192a000-0000-7000-8000-000000000000")
    world.authority.known = known


def _damaged(world: World) -> None:
    world.add_device(DEVICE)
    tablet = world.tablet(DEVICE)
    require(damage_a_row(tablet, Random(0)), "a row is damaged")
    world.replace_files(tablet)


_DAYS_BEFORE: Final = KEPT_FOR.days - 1


def _old_rows(world: World) -> None:
    """There are tombstones and verdicts old enough to go."""
    world.add_device(DEVICE)
    world.stage.shops.put(record(Kind.PRODUCT, "topi", name="Topi Pandan"))
    world.authority.adopt()
    world.run(DEVICE, world.note(), world.note(by="nobody"), "sync")
    world.stop_server()
    world.authority.require_records_replayed()
    kept = [record(Kind.PRODUCT, "kemeja", name="Kemeja Linen")]
    database, clock = world.stage.shops.database, world.stage.clock
    import_records(database, kept, source=SOURCE, now=clock, complete_kinds=(Kind.PRODUCT,))
    world.authority.adopt()
    clock.advance(timedelta(minutes=2))
    world.run(DEVICE, "sync")
    for _ in range(_DAYS_BEFORE):  # or it would be a clock that is not believed
        clock.advance(timedelta(days=1))
        do_if_due(database, clock())
    clock.advance(timedelta(days=2))


def _forgotten(world: World) -> None:
    """The day's work is over, and the expected server forgets what this one does."""
    world.run(DEVICE, "sync")
    world.stop_server()
    world.authority.forget()
    world.run(DEVICE, world.note(), "sync")


SCENES: Final = (
    Scene("everyday", _everyday, _two_syncs),
    Scene("first day", _first_day, _two_syncs),
    Scene("cursor that does not count", _no_cursor_counts, _one_sync),
    Scene("copied device", _copied, _one_sync),
    Scene("restored server", _restored, _one_sync),
    Scene("damaged row", _damaged, _one_sync),
    Scene("old rows go", _old_rows, lambda world: ("sync",), _forgotten),
)


def steps_of(stage: Stage, context: BaseContext, scene: Scene) -> tuple[Counter[str], Counter[str]]:
    """How often a device and a server come to each step where nobody is killed. Raises Broken."""
    with World(stage, context) as world:
        scene.begin(world)
        world.stop_server()
        require(world.run(DEVICE, *scene.script(world)) == DONE, "a scene without a kill ends", scene.name)
        device, server = world.steps(DEVICE), world.stop_server()
        scene.end(world)
        world.heal()
        world.require_all()
    return device, server


def survives(
    stage: Stage, context: BaseContext, scene: Scene, kill: Kill, *, server: bool, second: bool = False
) -> bool:
    """Whether the device, or the server, came to the step and was killed there. Raises Broken.

    `second`: another server goes on meanwhile, over the same database; the device is answered by that one then.
    """
    with World(stage, context) as world:
        scene.begin(world)
        world.stop_server()
        world.start_server(kill if server else None)
        if second:
            world.start_second_server()
        status = world.run(DEVICE, *scene.script(world), kill=None if server else kill)
        if not server:
            require(status == KILLED, "a device comes to its step", kill)
        came = bool(world.kills)
        scene.end(world)
        world.heal()
        world.require_all()
    return came


def kills_of(
    stage: Stage, context: BaseContext, scene: Scene, *, most: int | None = None
) -> Iterator[tuple[Kill, bool]]:
    """Each step of the scene, and whether it is the server's: the first `most` times it comes, None for every time.

    Raises Broken where already a run without a kill breaks something.
    """
    device, server = steps_of(stage, context, scene)
    require(device.keys() <= {*DEVICE_STEPS} and server.keys() <= {*SERVER_STEPS}, "every step has its name")
    for counted, of_server in ((device, False), (server, True)):
        for step, times in counted.items():
            for nth in range(1, min(times, most or times) + 1):
                yield Kill(step, nth), of_server
