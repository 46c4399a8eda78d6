"""`clienteling doctor`: prints what is well with this device and what is not, and how to mend it.

Exit status 1 where something is wrong, else 0: a warning stops nobody's work.
"""

from typing import Any

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DataDir
from clienteling.cli.printing import out, print_json
from clienteling.doctor.facts import Finding, Message, Verdict
from clienteling.i18n import Translator
from clienteling.settings import default_data_dir

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.WRONG: "red"}


def doctor(
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check what this device needs, from the keyring to the brand, and say how to mend it. Changes nothing."""
    from clienteling.doctor.examining import Surroundings, examine
    from clienteling.doctor.judging import judge

    findings = judge(examine(data_dir or default_data_dir(), Surroundings()))
    words = command_line_text.translator()
    if as_json:
        print_json(report(words, findings))
    else:
        _print(words, findings)
    if worst(findings) is Verdict.WRONG:
        raise typer.Exit(1)


def worst(findings: tuple[Finding, ...]) -> Verdict:
    """The verdict of all findings together."""
    return max((finding.verdict for finding in findings), key=list(Verdict).index, default=Verdict.OK)


def in_words(words: Translator, *messages: Message) -> str:
    """The messages as one text; a message within a message is said first."""
    return " ".join(_one(words, message) for message in messages)


def _one(words: Translator, message: Message) -> str:
    values = {
        name: _one(words, value) if isinstance(value, Message) else value for name, value in message.values.items()
    }
    return words.text_or(message.key, "error.unexpected", **values)


def report(words: Translator, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The findings as JSON values: `verdict`, and of each check its `code`, `found` and `mend` in words."""
    return {
        "verdict": worst(findings).value,
        "checks": [
            {
                "check": finding.check.value,
                "verdict": finding.verdict.value,
                "code": finding.found[0].key,
                "found": in_words(words, *finding.found),
                "mend": in_words(words, finding.mend) if finding.mend else None,
            }
            for finding in findings
        ],
    }


def _print(words: Translator, findings: tuple[Finding, ...]) -> None:
    verdicts = {verdict: words.text(f"doctor.verdict_{verdict.value}") for verdict in Verdict}
    checks = {finding.check: words.text(f"doctor.check_{finding.check.value}") for finding in findings}
    verdict_width, check_width = (max(map(len, shown.values())) for shown in (verdicts, checks))
    for finding in findings:
        verdict = f"{verdicts[finding.verdict]:<{verdict_width}}"
        out.print(verdict, style=_STYLES[finding.verdict], markup=False, end="  ")
        out.print(f"{checks[finding.check]:<{check_width}}  {in_words(words, *finding.found)}", markup=False)
        if finding.mend is not None:
            out.print(f"{'':<{verdict_width + check_width + 4}}{in_words(words, finding.mend)}", markup=False)
