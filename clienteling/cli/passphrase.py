"""The passphrase of a device whose system has no keyring."""

import sys
from typing import Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.options import DataDir
from clienteling.cli.printing import say
from clienteling.domain.errors import ValidationFailed
from clienteling.settings import read_settings


def passphrase(
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read the new passphrase from standard input.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Keep the device's keys in a file that a passphrase opens, where the system has no keyring; or choose another one.

    What a keyring holds already goes into the file. The app and each command ask for the passphrase from then on.
    """
    from clienteling.bootstrap.device import secret_store
    from clienteling.bootstrap.passphrase import is_moving, set_passphrase
    from clienteling.secrets import KeyringUnusable

    settings = read_settings(data_dir)
    if settings.key_file is not None:
        raise ValidationFailed("key_file", "passphrase.key_file")
    try:
        before = secret_store(settings)
    except KeyringUnusable as error:
        if error.code not in {"secrets.no_keyring", "secrets.keyring_loses"}:
            raise  # a keyring that is locked may hold what must not be left behind
        before = None
    sealed = set_passphrase(settings, before, sys.stdin.readline().rstrip("\n") if from_stdin else _typed())
    say("passphrase.is_set")
    if is_moving(sealed):
        say("secrets.left_in_keyring")


def _typed() -> str:
    words = command_line_text.translator()
    again = words.text("passphrase.again")
    return str(typer.prompt(words.text("passphrase.new"), hide_input=True, confirmation_prompt=again))
