"""Associates from the command line of the server: a sign-in code, and an end to what they have on devices."""

import pytest

from sync.protocol.spoken_codes import SPOKEN_ALPHABET
from tests.app.shop import Counter
from tests.support.command_line import run


def at_server(counter: Counter, *words: str) -> tuple[str, ...]:
    return ("central", *words, "--data-dir", str(counter.server))


def test_a_sign_in_code_is_printed_with_whose_it_is_and_its_end(counter: Counter) -> None:
    (line,) = run(*at_server(counter, "sign-in-code", "rina")).lines
    code = line[:9]
    assert set(code.replace("-", "")) <= set(SPOKEN_ALPHABET)
    assert line.startswith(f"{code} lets Rina")
    assert line.endswith("On the device: choose the name, type the code, choose a PIN.")
    told = run(*at_server(counter, "sign-in-code", "rina", "--json")).json
    assert told.keys() == {"code", "associate_id", "ends_at"}
    assert run(*at_server(counter, "sign-in-code", told["associate_id"], "--json")).status == 0


@pytest.mark.parametrize("command", ["sign-in-code", "end-sign-ins"])
def test_a_name_that_nobody_active_has_is_refused(counter: Counter, command: str) -> None:
    ran = run(*at_server(counter, command, "Jayadi"))
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == "Nobody with that name is active among the retailer's associates.\n"


def test_an_associate_without_keys_is_signed_out_nowhere(counter: Counter) -> None:
    assert run(*at_server(counter, "end-sign-ins", "rina")).output == (
        "Rina is signed out on 0 devices and needs a new code on each.\n"
    )
