"""How a privacy document's page speaks: the translator's texts, times of this machine's clock, the currency's money."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from clienteling.i18n.formats import Formats
from clienteling.i18n.translator import Translator


@dataclass(frozen=True, slots=True)
class _Money:
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PrivacyWords:
    """`clienteling.reports.privacy_page.PageWords` in one language."""

    translator: Translator

    @property
    def language(self) -> str:
        return self.translator.locale

    @cached_property
    def _formats(self) -> Formats:
        return Formats(self.translator, datetime.now(UTC).astimezone().tzinfo or UTC)

    def text(self, key: str, /, **values: object) -> str:
        return self.translator.text(key, **values)

    def name_of(self, area: str, name: str) -> str:
        key = f"privacy.{area}_{name.replace('.', '_')}"
        return self.translator.text(key) if key in self.translator else name.replace("_", " ")

    def time(self, at: datetime) -> str:
        local = at.astimezone()
        return f"{local:%Y-%m-%d %H:%M} (UTC{local.isoformat(timespec='minutes')[-6:]})"

    def money(self, minor: int, currency: str) -> str:
        return self._formats.money(_Money(minor, currency))
