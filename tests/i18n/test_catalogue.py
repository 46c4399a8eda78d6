"""Every key the program can show has a text in every language, with the same placeholders, and none is left over.

Keys are found by reading the source as a tree: literals, and the literal beginnings of f-strings (`f"nav.{name}"`),
which stand for every key that fits. Codes of errors count: whoever adds one adds its texts.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from clienteling.i18n import LOCALES, choose_locale, load_translator, load_translators, pseudo_translator
from clienteling.i18n.translator import Translator, placeholders
from sync.protocol.mutations import MUTATIONS

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "assets" / "i18n"
TEMPLATES = sorted((ROOT / "clienteling").rglob("*.html"))
SOURCES = [path for folder in ("clienteling", "sync") for path in sorted((ROOT / folder).rglob("*.py"))]
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
TRANSLATORS = load_translators(TEXTS)
KEY_IN_TEMPLATE = re.compile(r"""\"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)"\|t\b""")
ERROR_CALLS = {"ValidationFailed": 1, "rejected": 0}
"""Calls whose argument at this position is a message key."""


@cache
def nodes() -> tuple[tuple[Path, ast.AST], ...]:
    """Every node of every source with its file."""
    return tuple((path, node) for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def is_key(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(KEY.fullmatch(node.value))


@cache
def keys_shown() -> dict[str, str]:
    """Keys given to a translator, or held by an error as its code; each with a place it was found."""
    found: dict[str, str] = {}
    for path, node in nodes():
        for value in _key_nodes(node):
            assert isinstance(value, ast.Constant)
            found.setdefault(str(value.value), f"{path.relative_to(ROOT)}:{value.lineno}")
    return found | keys_in_templates()


@cache
def keys_in_templates() -> dict[str, str]:
    """The same of the pages' templates, which call the translator `t`."""
    return {
        key: str(path.relative_to(ROOT))
        for path in TEMPLATES
        for key in KEY_IN_TEMPLATE.findall(path.read_text("utf-8"))
    }


def _key_nodes(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("text", "text_or", "translate"):
            yield from (one for argument in node.args[:2] for one in _choices(argument) if is_key(one))
        position = ERROR_CALLS.get(name)
        if position is not None and len(node.args) > position and is_key(node.args[position]):
            yield node.args[position]
    if isinstance(node, ast.ClassDef):
        errors = any(getattr(base, "id", "").endswith(("Error", "Enum")) for base in node.bases)
        for line in node.body:
            if isinstance(line, ast.Assign) and is_key(line.value):
                names = [getattr(target, "id", "") for target in line.targets]
                if "code" in names or (errors and node.name == "ScanError"):
                    yield line.value


def _choices(node: ast.expr) -> list[ast.expr]:
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]


def literals_and_beginnings() -> tuple[set[str], set[str]]:
    """Every string in the source, and the literal beginning of every f-string."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    for _, node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            beginnings.add(str(node.values[0].value))
    return whole, {one for one in beginnings if re.fullmatch(r"[a-z][a-z0-9_]*\.([a-z0-9_.]*)", one)}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_key_shown_has_a_text(locale: str) -> None:
    missing = {key: place for key, place in keys_shown().items() if key not in TRANSLATORS[locale]}
    assert not missing


NEVER_TOLD = {"conflict.settle", "handover.make", "scans.tally"}
"""Mutations that nobody of the store types anything into: what they did not settle is listed still, a visitor's list is
the visitor's, and programs count."""


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_people_do_has_words_in_needs_attention(locale: str) -> None:
    done = {f"action.{name}" for name, _ in MUTATIONS if name not in NEVER_TOLD}
    assert done <= TRANSLATORS[locale].messages.keys()


def test_templates_call_the_translator_in_the_one_way_that_is_found_here() -> None:
    calls = [(path.name, call) for path in TEMPLATES for call in re.findall(r"[^\"]\|\s*t\b", path.read_text("utf-8"))]
    assert TEMPLATES
    assert not calls


def test_no_text_is_left_over() -> None:
    whole, beginnings = literals_and_beginnings()
    whole = whole | keys_in_templates().keys()
    unused = [
        key
        for key in TRANSLATORS["id"].messages
        if key not in whole and not any(key.startswith(beginning) for beginning in beginnings)
    ]
    assert not unused


def test_all_languages_have_the_same_keys_and_placeholders() -> None:
    first, *others = TRANSLATORS.values()
    for other in others:
        assert set(first.messages) == set(other.messages)
        for key in first.messages:
            assert placeholders(first.messages[key]) == placeholders(other.messages[key]), key


def test_plural_forms_are_those_of_the_language() -> None:
    allowed = {"id": {"other"}, "en": {"one", "other"}}
    for locale, translator in TRANSLATORS.items():
        for key, forms in translator.messages.items():
            assert set(forms) <= allowed[locale], key
            if len(forms) > 1:
                assert "count" in placeholders(forms), key


def test_texts_use_no_symbol_that_the_font_lacks() -> None:
    plain = re.compile(r"[A-Za-z0-9 .,:;?!'\"·…&/(){}_%@#-]*")
    for translator in TRANSLATORS.values():
        for key, forms in translator.messages.items():
            for text in forms.values():
                assert plain.fullmatch(text), key


def test_a_missing_key_shows_itself_and_writes_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    assert TRANSLATORS["id"].text("no.such_key") == "no.such_key"
    assert "no.such_key" in caplog.text
    assert TRANSLATORS["id"].text_or("no.such_key", "mutation.other") == TRANSLATORS["id"].text("mutation.other")


def test_plurals_follow_the_count() -> None:
    english = TRANSLATORS["en"]
    assert english.text("age.minutes", count=1) == "1 minute ago"
    assert english.text("age.minutes", count=2) == "2 minutes ago"
    assert english.text("age.days", count=1250) == "1,250 days ago"
    assert TRANSLATORS["id"].text("age.days", count=1250) == "1.250 hari lalu"


def test_values_are_not_read_as_placeholders() -> None:
    assert TRANSLATORS["en"].text("attention.use_other", other="{count} {0}") == 'Use "{count} {0}"'


def test_a_broken_entry_is_refused_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "id.json").write_text('{"a.b": {"one": "x"}}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.b"):
        load_translator(tmp_path, "id")


def test_pseudo_language_is_longer_and_keeps_placeholders() -> None:
    pseudo = pseudo_translator(TRANSLATORS["id"])
    for key, forms in TRANSLATORS["id"].messages.items():
        assert placeholders(pseudo.messages[key]) == placeholders(forms)
        assert len(pseudo.messages[key]["other"]) > len(forms["other"])
    assert "40" in pseudo.text("age.minutes", count=40)


@pytest.mark.parametrize(
    ("wishes", "locale"),
    [
        (("id-ID,id;q=0.9,en-US;q=0.8",), "id"),
        (("en-US,en;q=0.9,id;q=0.8",), "en"),
        (("de-DE,de;q=0.9,id;q=0.5,en;q=0.4",), "id"),
        (("de-DE",), "en"),
        (("fr;q=0.3, id;q=0, en;q=0.1",), "en"),
        (("in_ID.UTF-8",), "id"),
        ((None, "en_US"), "en"),
        (("id", "en-US"), "id"),
        ((None, ""), "id"),
        (("*;q=x",), "en"),
    ],
)
def test_language_is_the_first_wish_that_we_speak(wishes: tuple[str | None, ...], locale: str) -> None:
    assert choose_locale(*wishes) == locale


def test_translator_is_told_apart_by_language() -> None:
    assert isinstance(TRANSLATORS["en"], Translator)
    assert TRANSLATORS["en"].locale == "en"
