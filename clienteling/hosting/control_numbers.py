"""The numbers by which a browser's page knows the controls on its screen.

A client that is sent a control it has already, by the same number and with the same content, compares the two before
it draws, and compares each part twice for every level above it: a whole screen holds the tab for ever at full load
(Flet 1.0.5: `Control.==` over `MapEquality`). So no number is sent twice: not by a later run of the program, since a
page stays open while its hub starts again, and not by a session whose page lost its connection for a moment.
"""

import itertools
from secrets import randbelow
from typing import Final

import flet as ft
from flet.controls.id_counter import ControlId

from clienteling.ui.controls_on_page import controls_on_page

FIRST: Final = 3
LAST_START: Final = 2**30
"""The client's numbers have 32 bits."""


def number_run_anew() -> None:
    """Nothing; from now on controls are numbered from a number drawn by lot, where Flet begins every process with 3.

    An open page would also take the new session's services, such as the file picker, for those it has, and never answer
    for them.
    """
    ControlId._counter = itertools.count(FIRST + randbelow(LAST_START))


def number_session_anew(page: ft.Page) -> None:
    """Nothing; gives each control below this page a number that its client has not seen.

    For a session without a connection: it is sent as a whole when the client comes back. What the client still says of
    the old numbers is heard.
    """
    index = page.session.index
    for control in list(controls_on_page(page)):
        if control is not page:
            control._i = ControlId.next()
            index[control._i] = control
