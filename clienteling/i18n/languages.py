"""Which language a person gets before choosing one: what their browser or their operating system says it prefers."""

from collections.abc import Iterable

from clienteling.i18n.translator import LOCALES


def choose_locale(*wishes: str | None, supported: Iterable[str] = LOCALES) -> str:
    """The first supported locale named by the wishes, in order; else English, or the first supported one.

    A wish is a language tag (`en`, `id-ID`, `in_ID`) or an Accept-Language header (RFC 9110, 12.5.4).
    """
    known = tuple(supported)
    for wish in wishes:
        for tag in _preferred(wish or ""):
            language = tag.replace("_", "-").split("-")[0].lower()
            language = {"in": "id"}.get(language, language)  # the code Android still gives for Indonesian
            if language in known:
                return language
    return "en" if "en" in known and any(wishes) else known[0]


def _preferred(header: str) -> list[str]:
    """Language tags, the most wanted first; those with weight 0 are not wanted."""
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")):
        tag, _, parameter = part.strip().partition(";")
        name, _, weight_text = parameter.strip().partition("=")
        try:
            weight = float(weight_text) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            weighted.append((-weight, position, tag.strip()))
    return [tag for _, _, tag in sorted(weighted)]
