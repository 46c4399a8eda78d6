"""Both themes can be read, and colours are named by role everywhere else."""

import ast
from pathlib import Path

import pytest

from clienteling.ui.theme import DARK, LIGHT, TARGET

UI = Path(__file__).parents[2] / "clienteling" / "ui"

PAIRS = [
    ("on_surface", "surface"),
    ("on_surface", "surface_container_low"),
    ("on_surface", "surface_container"),
    ("on_surface_variant", "surface"),
    ("on_surface_variant", "surface_container_low"),
    ("on_surface_variant", "surface_container"),
    ("primary", "surface"),
    ("primary", "surface_container_low"),
    ("on_primary", "primary"),
    ("on_primary_container", "primary_container"),
    ("tertiary", "surface"),
    ("tertiary", "surface_container_low"),
    ("surface", "tertiary"),
    ("on_tertiary_container", "tertiary_container"),
    ("error", "surface"),
    ("error", "surface_container_low"),
    ("on_error_container", "error_container"),
    ("on_secondary_fixed", "secondary_fixed"),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5


def test_both_themes_fill_the_same_roles() -> None:
    assert set(LIGHT) == set(DARK)


def test_targets_can_be_hit() -> None:
    assert TARGET >= 48


def _trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(UI.rglob("*.py"))]


def test_screens_name_roles_and_never_colours() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path, tree in _trees()
        if path.name != "theme.py"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == "Colors")
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("#"))
    ]
    assert not found


def test_every_component_stands_behind_the_guard() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path, tree in _trees()
        if path.parent.name != "kit"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("component", "TextField") and _is_made(node, tree)
    ]
    assert not found, "use kit.safe for components and kit.field for text fields"


def _is_made(node: ast.Attribute, tree: ast.Module) -> bool:
    """Whether the attribute is called or decorates, rather than standing in a type."""
    for other in ast.walk(tree):
        if isinstance(other, ast.Call) and other.func is node:
            return True
        if isinstance(other, ast.FunctionDef) and node in other.decorator_list:
            return True
    return False
