"""What the demo leaves for a device that is part of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clienteling.use_cases.answers import DemoHints


@dataclass(frozen=True, slots=True)
class DemoFile:
    """`path`: the file itself; whoever works here, the label's picture, and what a newcomer is shown."""

    path: Path
    associate_id: str
    label: Path
    hints: DemoHints


def read_demo_file(path: Path | None) -> DemoFile | None:
    """The demo's hints, or None outside the demo."""
    if path is None:
        return None
    told = json.loads(path.read_text("utf-8"))
    hints = DemoHints(
        shelf_code=told["shelf_code"],
        product_name=told["product_name"],
        label_picture="/label.png",
        other_store_name=told["other_store_name"],
        other_store_url=told["other_store_url"],
        pin=told.get("pin", ""),
    )
    return DemoFile(path, told["associate_id"], Path(told["label"]), hints)


def demo_reset(demo: DemoFile | None) -> Callable[[], None] | None:
    """What starts the demo anew, or None outside the demo."""
    if demo is None:
        return None
    from clienteling.demo import ask_for_reset  # the demo's parts load in the demo alone

    return partial(ask_for_reset, demo.path)
