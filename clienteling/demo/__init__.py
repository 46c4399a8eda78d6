"""The demo: a central profile API with the demo retailer and two stores' devices, each a process with its own files.

Everything runs on this machine's loopback address and stops together.
"""

from clienteling.demo.filling import prepare, read_filled
from clienteling.demo.folder import FILLED_FILE, MARK_FILE, RESET_FILE, ask_for_reset, mark, only_demo_here, throw_away
from clienteling.demo.layout import DemoFailed, Layout, lay_out
from clienteling.demo.processes import START_TIMEOUT_S, Processes
from clienteling.demo.running import run_demo, run_until_interrupted

__all__ = [
    "FILLED_FILE",
    "MARK_FILE",
    "RESET_FILE",
    "START_TIMEOUT_S",
    "DemoFailed",
    "Layout",
    "Processes",
    "ask_for_reset",
    "lay_out",
    "mark",
    "only_demo_here",
    "prepare",
    "read_filled",
    "run_demo",
    "run_until_interrupted",
    "throw_away",
]
