"""What people were asked stays as it was: who agreed in June is shown June's words."""

import json
from hashlib import sha256
from string import printable

import pytest

from clienteling.domain.consent_rules import ASKED, CHANNELS_OF
from clienteling.i18n import LOCALES
from sync.protocol.consent_texts import ABOUT, CURRENT, PUBLISHED, consent_text, text_before

PUBLISHED_HASHES = {
    "1": "fbb0e323d6a028f58d1515ad30e6b61f7880e324cc4fd092d7afdec8fcd71bf9",
    "2": "f94d60da4cc32d5bb9276de23a899c5362da9aebebb0914588c7be53f70126c4",
}
"""Of what was published. A changed hash means that words which people agreed to were changed: publish a new version."""


def hash_of(version: str) -> str:
    return sha256(json.dumps(PUBLISHED[version], sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def test_a_published_text_is_never_edited() -> None:
    assert {version: hash_of(version) for version in PUBLISHED} == PUBLISHED_HASHES


@pytest.mark.parametrize("language", LOCALES)
def test_everything_that_can_be_asked_has_words_of_its_own_in_every_language(language: str) -> None:
    keys = [(purpose, channel) for purpose, channels in CHANNELS_OF.items() for channel in channels]
    words = [consent_text(CURRENT, language, *key) for key in keys]
    assert all(words)
    assert len(set(words)) == len(words)
    assert text_before(CURRENT, language)
    assert set(ASKED) <= set(keys)
    assert set(PUBLISHED[CURRENT][language]) == {f"{purpose}_{channel}" for purpose, channel in keys} | {ABOUT}


@pytest.mark.parametrize("language", LOCALES)
def test_a_question_asks_one_thing_in_letters_that_every_device_has(language: str) -> None:
    for key, words in PUBLISHED[CURRENT][language].items():
        assert set(words) <= set(printable)
        assert words.count("?") == (0 if key == ABOUT else 1), key


def test_a_version_of_somebody_else_has_no_words_here() -> None:
    assert consent_text("2025-01", "id", "marketing", "email") == ""
    assert consent_text("1", "id", "service", "email") == ""
    assert text_before("1", "id") == ""
