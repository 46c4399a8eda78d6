"""The parts every screen is made of: the guard, and controls that already have the house's sizes, roles and labels.

`Field` alone uses hooks; the functions in here return plain controls. All take out of every text what would turn the
reading direction of its neighbours.
"""

from clienteling.ui.kit.buttons import (
    button_style,
    choice_button,
    icon_button,
    primary_button,
    quiet_button,
    text_button,
)
from clienteling.ui.kit.field import Field
from clienteling.ui.kit.guard import keyed, safe, unchanged_skips
from clienteling.ui.kit.states import empty_state, problem_panel, skeleton
from clienteling.ui.kit.surfaces import (
    Press,
    band,
    card,
    chip,
    identified,
    pressable,
    readable_width,
    scrolling,
    spoken,
    tick_row,
    waiting_chip,
)
from clienteling.ui.kit.words import body_text, detail_text, name_text, overline, section_text

__all__ = [
    "Field",
    "Press",
    "band",
    "body_text",
    "button_style",
    "card",
    "chip",
    "choice_button",
    "detail_text",
    "empty_state",
    "icon_button",
    "identified",
    "keyed",
    "name_text",
    "overline",
    "pressable",
    "primary_button",
    "problem_panel",
    "quiet_button",
    "readable_width",
    "safe",
    "scrolling",
    "section_text",
    "skeleton",
    "spoken",
    "text_button",
    "tick_row",
    "unchanged_skips",
    "waiting_chip",
]
