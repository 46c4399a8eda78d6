"""What the labels of this retailer are made with: the host, the fonts, and the words of each language."""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from clienteling.domain.money import Money
from clienteling.i18n import Formats, Translator, choose_locale, load_translators
from clienteling.settings import DeviceSettings, assets_dir, certificate_file
from clienteling.use_cases.label_orders import LabelSetup

_CALIBRATION_LINES: Final = ("labels.calibration_scale", "labels.calibration_hold", "labels.calibration_move")
_ANOTHER_YEAR: Final = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class LabelTexts:
    """The words on a label in one language (`clienteling.labels.content.LabelWords`)."""

    translator: Translator
    says_to_ask: bool = False

    @property
    def call_to_action(self) -> str:
        return self.translator.text("labels.call_or_ask" if self.says_to_ask else "labels.call_to_action")

    def money(self, amount: Money) -> str:
        return self._formats.money(amount)

    def until(self, day: date) -> str:
        return self.translator.text("labels.until", day=self._formats.day(day, today=day))

    def printed(self, day: date, revision: str) -> str:
        shown = self._formats.day(day, today=_ANOTHER_YEAR)
        return self.translator.text("labels.printed", day=shown, revision=revision)

    @property
    def _formats(self) -> Formats:
        return Formats(self.translator, UTC)  # days only: no moment is shown


def label_setup(settings: DeviceSettings) -> LabelSetup:
    """The first of `own_hosts` is the host on the labels; the language is the device's, else Indonesian.

    Where phones get no page without the internet, because this device has no certificate for them, labels say that
    people may also ask.
    """
    asks = not certificate_file(settings.data_dir).is_file()
    translators = load_translators(assets_dir() / "i18n")

    def calibration(language: str, sheet: str) -> tuple[str, tuple[str, ...]]:
        text = translators[language].text
        return text("labels.calibration_title", sheet=sheet), tuple(text(key) for key in _CALIBRATION_LINES)

    return LabelSetup(
        host=settings.own_hosts[0] if settings.own_hosts else "",
        fonts=assets_dir() / "fonts",
        words={language: LabelTexts(translator, asks) for language, translator in translators.items()},
        language=choose_locale(settings.language or None),
        title=settings.brand_name.strip() or "Label",
        calibration=calibration,
    )
