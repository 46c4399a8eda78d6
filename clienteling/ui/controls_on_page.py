"""The controls that a session holds, as they would be sent to its client."""

import dataclasses
from collections.abc import Iterator

import flet as ft
from flet.controls.base_control import BaseControl


def controls_on_page(page: ft.Page) -> Iterator[BaseControl]:
    """The page itself and all controls in it, those that are not visible too."""
    waiting: list[object] = [page]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, (list, tuple)):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif dataclasses.is_dataclass(one) and not isinstance(one, type) and id(one) not in seen:
            seen.add(id(one))
            if isinstance(one, BaseControl):
                yield one
            sent = (field.name for field in dataclasses.fields(one) if not field.metadata.get("skip", False))
            waiting.extend(getattr(one, name, None) for name in sent)
