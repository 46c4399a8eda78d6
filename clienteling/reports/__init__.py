"""The manager's figures: pure functions from what was counted to what may be shown.

small_cells  what must not be shown alone, and what is put together instead
rates        a rate with its interval
counted      the days summed by label, source and hour
figures      the report of a span
figures_csv  the report as a file
"""
